//! Reading bodies and queries, with errors of the one shape.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;

use super::Refusal;

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        if announced(&request).is_some_and(|length| length > super::BODY) {
            let text = format!("the request is longer than {} bytes", super::BODY);
            pass_over(request).await;
            return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", text));
        }
        match Json::<T>::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(JsonRejection::BytesRejection(error)) => {
                Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", error.body_text()))
            }
            Err(error) => Err(Refusal::bad_request(error.body_text())),
        }
    }
}

/// How long the request says that it is, in bytes.
fn announced(request: &Request) -> Option<usize> {
    request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads what is refused anyway, up to a bound: a client that is still writing
/// when the line is closed may never read why.
async fn pass_over(request: Request) {
    let mut left = PASSED_OVER;
    let mut data = request.into_body().into_data_stream();
    while let Some(Ok(piece)) = data.next().await {
        left = left.saturating_sub(piece.len());
        if left == 0 {
            return;
        }
    }
}

/// How much of a refused request is read, in bytes.
const PASSED_OVER: usize = 8 * 1024 * 1024;

/// The part of the address behind the question mark.
pub(crate) struct Asked<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let read: Result<Query<T>, QueryRejection> = Query::from_request_parts(parts, state).await;
        read.map(|Query(value)| Self(value))
            .map_err(|error| Refusal::bad_request(error.body_text()))
    }
}
