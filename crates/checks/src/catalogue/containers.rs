//! Containers and their orchestration: one open port is often the whole cluster.

use crate::{Meta, Risk, Service};

/// Sorted by id.
pub(super) static SERVICES: &[Service] = &[
    Service {
        meta: Meta {
            id: "open-docker",
            title: "The Docker API is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 2375 or to port 2376? One of them is enough.",
            why: "2375 is Docker's API without TLS: one call starts a container that mounts the host's root \
                folder, and the caller is root on the host. Worms look for it all day. 2376 is the same API \
                with TLS, and it is safe only where the daemon also checks the client's certificate.",
            fix: "Take the TCP listener away and use `docker -H ssh://...`, which goes through SSH; else \
                keep 2376 with `--tlsverify` and allow it only from known hosts.",
            not_when: "A machine that a build service reaches at 2376 from unknown addresses, with client \
                certificates checked: waive 2376 with that reason. Never for 2375.",
            fires: "TCP 2376/2376 from 0.0.0.0/0 at priority 1: a security group cannot tell whether client \
                certificates are checked.",
            silent: "TCP 2374/2374 and TCP 2377/2377 from 0.0.0.0/0: the neighbours on both sides.",
            suggestion: "Close 2375 and 2376, and reach Docker through SSH.",
        },
        tcp: &[(2375, 2376)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-etcd",
            title: "etcd is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 2379 or to port 2380? One of them is enough.",
            why: "etcd holds everything that a Kubernetes cluster knows, its Secrets included, and those are \
                unencrypted unless that was set up. Without client certificates one `etcdctl get / --prefix` \
                prints it all, and whoever can write there is the cluster's administrator.",
            fix: "Allow 2379 only from the API servers and 2380 only among the members, and demand client \
                certificates on both.",
            not_when: "Never: nobody outside the control plane has business with etcd.",
            fires: "TCP 2379/2379 from 0.0.0.0/0 limited to source port 443: attackers choose their source \
                port.",
            silent: "TCP 2379/2380 with the group of the control plane as its peer: that stands for the \
                private addresses of its members.",
            suggestion: "Allow 2379 only from the API servers, and 2380 only among the members.",
        },
        tcp: &[(2379, 2380)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-kubelet",
            title: "The kubelet is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 10250?",
            why: "A kubelet that admits anonymous requests and authorises with `AlwaysAllow` runs any \
                command in any container of its node for whoever asks (`/exec`, `/run`). From there it is \
                one step to the service accounts' tokens and to the rest of the cluster.",
            fix: "Allow 10250 only from the API servers, set `--anonymous-auth=false` and authorise with \
                `Webhook`.",
            not_when: "Never: only the control plane and the metrics collector talk to a kubelet, and their \
                addresses are known.",
            fires: "TCP 1024/65535 from 0.0.0.0/0 at priority 1, as people write it to let replies in; \
                groups that keep state need no such rule.",
            silent: "TCP 10255/10255 from 0.0.0.0/0: the read-only port is not asked about.",
            suggestion: "Allow port 10250 only from the control plane, and refuse anonymous requests.",
        },
        tcp: &[(10_250, 10_250)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-kubernetes-api",
            title: "The Kubernetes API is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 6443?",
            why: "The API server asks for a login, but from here on everything hangs on it: a leaked \
                kubeconfig or token works from anywhere, a role bound to `system:anonymous` by mistake gives \
                the cluster away, and flaws such as CVE-2018-1002105 needed no login at all on many \
                clusters.",
            fix: "Allow 6443 from the nodes and the administrators' addresses only, or reach it through a \
                VPN or a bastion host.",
            not_when: "A cluster that hosted build services must reach and whose addresses you cannot list: \
                use short-lived credentials, and waive the finding.",
            fires: "TCP 6443/6443 from 0.0.0.0/2, 64.0.0.0/2 and 128.0.0.0/1 in three rules: together they \
                are everyone.",
            silent: "TCP 6443/6443 from 0.0.0.0/2 and 128.0.0.0/1: a quarter is missing; `wide-source` \
                reports the rest.",
            suggestion: "Allow port 6443 only from the nodes and your administrators' addresses.",
        },
        tcp: &[(6443, 6443)],
        udp: &[],
    },
];
