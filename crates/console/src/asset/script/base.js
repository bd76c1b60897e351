// Makes pages pleasanter; every one of them works without.
(() => {
    "use strict";
    // Switches act when they are flipped, and lists when they are chosen: no button is needed then.
    for (const field of document.querySelectorAll("[data-submit]")) {
        field.addEventListener("change", () => field.form.requestSubmit());
    }
    // The progress of a run, and the page anew when it has ended.
    const progress = document.querySelector("[data-progress]");
    if (progress) {
        const words = progress.querySelector("[data-words]");
        const bar = progress.querySelector("progress");
        const events = new EventSource(progress.dataset.progress);
        events.onmessage = (event) => {
            const now = JSON.parse(event.data);
            if (now.state !== "running") {
                events.close();
                location.reload();
                return;
            }
            const share = now.total ? `, ${Math.floor((100 * now.done) / now.total)} %` : "";
            words.textContent = `${now.stage}${share}`;
            if (now.total) {
                bar.max = now.total;
                bar.value = now.done;
            } else {
                bar.removeAttribute("value");
            }
        };
    }
})();
