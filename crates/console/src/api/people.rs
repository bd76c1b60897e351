//! Who asks, and the users with their tokens.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use portreeve_store::{ApiToken, Holder, Moment, User};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Body, Means, Named};
use super::memory::instant;
use super::problem::{ProblemDetails, Refused};
use crate::access::Visitor;
use crate::console::Console;
use crate::problem::Problem;
use crate::record::now;

const DAY: i64 = 24 * 3_600_000;

pub(super) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new()
        .routes(routes!(me))
        .routes(routes!(users, add))
        .routes(routes!(change))
        .routes(routes!(tokens))
        .routes(routes!(make_token))
        .routes(routes!(revoke))
}

/// Who asks.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    name: String,
    /// `viewer`, `operator` or `admin`.
    role: &'static str,
    /// What the header `X-CSRF-Token` of a change has to carry, unless a token of the API is sent.
    csrf_token: String,
}

/// Who you are, and what you may do
#[utoipa::path(get, path = "/api/v1/me", tag = "users", responses((status = 200, body = Me)))]
async fn me(visitor: Visitor) -> Json<Me> {
    let Visitor { name, role, token, .. } = visitor;
    Json(Me { name: name.to_string(), role: role.as_str(), csrf_token: token.to_string() })
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
struct UserRow {
    name: String,
    /// `viewer`, `operator` or `admin`.
    role: String,
    /// Whether the user is kept out.
    disabled: bool,
    /// When the user was added, as RFC 3339.
    created: String,
}

impl From<User> for UserRow {
    fn from(user: User) -> Self {
        let User { name, role, disabled, created, .. } = user;
        Self { name, role, disabled, created: instant(created) }
    }
}

/// All users
///
/// For administrators.
#[utoipa::path(
    get, path = "/api/v1/users", tag = "users",
    responses(
        (status = 200, body = Vec<UserRow>),
        (status = 403, description = "Only an administrator may do this", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn users(State(console): State<Arc<Console>>, visitor: Visitor) -> Result<Json<Vec<UserRow>>, Refused> {
    let users = console.accounts(&visitor, |accounts| Ok(accounts.store.users()?)).await?;
    Ok(Json(users.into_iter().map(UserRow::from).collect()))
}

/// A user who is to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Added {
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// `viewer`, `operator` or `admin`. The first user is an administrator.
    role: String,
    #[schema(min_length = 12, max_length = 1024, format = Password)]
    password: String,
}

/// Adds a user
///
/// For administrators. From the first user on, everybody has to log in.
#[utoipa::path(
    post, path = "/api/v1/users", tag = "users",
    request_body = Added,
    responses(
        (status = 201, description = "The user may log in"),
        (status = 403, description = "Only an administrator may do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "The name is taken", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "The name, the role or the password will not do", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn add(
    State(console): State<Arc<Console>>,
    Means(visitor): Means,
    Body(Added { name, role, password }): Body<Added>,
) -> Result<StatusCode, Refused> {
    console.accounts(&visitor, move |accounts| accounts.add(&name, role.parse()?, &password)).await?;
    Ok(StatusCode::CREATED)
}

/// What is to be changed of a user; the rest stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Changed {
    /// `viewer`, `operator` or `admin`.
    role: Option<String>,
    /// Another password, which ends all sessions of the user.
    #[schema(min_length = 12, max_length = 1024, format = Password)]
    password: Option<String>,
    /// Whether the user is kept out.
    disabled: Option<bool>,
}

/// Changes a user
///
/// For administrators. The last administrator stays one.
#[utoipa::path(
    patch, path = "/api/v1/users/{name}", tag = "users",
    params(("name" = String, Path, description = "The name of the user")),
    request_body = Changed,
    responses(
        (status = 204, description = "It is so"),
        (status = 403, description = "Only an administrator may do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such user", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "The role or the password will not do", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn change(
    State(console): State<Arc<Console>>,
    Means(visitor): Means,
    Named(name): Named<String>,
    Body(changed): Body<Changed>,
) -> Result<StatusCode, Refused> {
    let done = console.accounts(&visitor, move |accounts| {
        if let Some(role) = changed.role {
            accounts.set_role(&name, role.parse()?)?;
        }
        if let Some(password) = changed.password {
            accounts.set_password(&name, &password)?;
        }
        if let Some(disabled) = changed.disabled {
            accounts.set_disabled(&name, disabled)?;
        }
        Ok(())
    });
    done.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A token of the API.
#[derive(Debug, Serialize, ToSchema)]
struct TokenRow {
    id: i64,
    /// What uses it.
    name: String,
    /// The user for whom it speaks, or null where it has a role of its own.
    user: Option<String>,
    /// Its own role, or null where it speaks for a user.
    role: Option<String>,
    /// When it was made, as RFC 3339.
    created: String,
    expires: Option<String>,
    last_used: Option<String>,
    revoked: Option<String>,
}

impl From<ApiToken> for TokenRow {
    fn from(token: ApiToken) -> Self {
        let (user, role) = match token.holder {
            Holder::User(user) => (Some(user), None),
            Holder::Role(role) => (None, Some(role)),
        };
        Self {
            id: token.id,
            name: token.name,
            user,
            role,
            created: instant(token.created),
            expires: token.expires.map(instant),
            last_used: token.last_used.map(instant),
            revoked: token.revoked.map(instant),
        }
    }
}

/// All tokens, those that count no more too; their secrets are not kept
///
/// For administrators.
#[utoipa::path(
    get, path = "/api/v1/tokens", tag = "users",
    responses(
        (status = 200, body = Vec<TokenRow>),
        (status = 403, description = "Only an administrator may do this", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn tokens(
    State(console): State<Arc<Console>>,
    visitor: Visitor,
) -> Result<Json<Vec<TokenRow>>, Refused> {
    let tokens = console.accounts(&visitor, |accounts| Ok(accounts.store.tokens()?)).await?;
    Ok(Json(tokens.into_iter().map(TokenRow::from).collect()))
}

/// A token that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// What will use it.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// For how many days it counts; without it, until it is revoked.
    days: Option<u16>,
}

/// A new token.
#[derive(Debug, Serialize, ToSchema)]
struct Made {
    id: i64,
    /// The secret. It is not shown again.
    token: String,
}

/// Makes a token for a user
///
/// For administrators. The token may do what the user may.
#[utoipa::path(
    post, path = "/api/v1/users/{name}/tokens", tag = "users",
    params(("name" = String, Path, description = "The name of the user")),
    request_body = Wanted,
    responses(
        (status = 201, body = Made),
        (status = 403, description = "Only an administrator may do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such user who may log in", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn make_token(
    State(console): State<Arc<Console>>,
    Means(visitor): Means,
    Named(user): Named<String>,
    Body(Wanted { name, days }): Body<Wanted>,
) -> Result<(StatusCode, Json<Made>), Refused> {
    let expires = days.map(|days| Moment(now().0 + i64::from(days) * DAY));
    let made = console.accounts(&visitor, move |accounts| accounts.add_token(&user, &name, expires));
    let (id, token) = made.await?;
    Ok((StatusCode::CREATED, Json(Made { id, token })))
}

/// Revokes a token
///
/// For administrators.
#[utoipa::path(
    delete, path = "/api/v1/tokens/{id}", tag = "users",
    params(("id" = i64, Path, description = "The number of the token")),
    responses(
        (status = 204, description = "It counts no more"),
        (status = 403, description = "Only an administrator may do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such token that counts", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn revoke(
    State(console): State<Arc<Console>>,
    Means(visitor): Means,
    Named(id): Named<i64>,
) -> Result<StatusCode, Refused> {
    let revoked: Result<(), Problem> =
        console.accounts(&visitor, move |accounts| accounts.revoke_token(id)).await;
    revoked?;
    Ok(StatusCode::NO_CONTENT)
}
