//! What a connection runs over: a web socket, or what a simulation puts in its place.

use std::future::Future;

use axum::extract::ws::{Message, WebSocket};

/// Frames both ways, in order.
pub(crate) trait Line: Send {
    /// The next frame; none once the line is closed. Safe to drop between frames.
    fn hear(&mut self) -> impl Future<Output = Option<Result<Message, axum::Error>>> + Send;

    /// Sends a frame.
    fn say(&mut self, message: Message) -> impl Future<Output = Result<(), axum::Error>> + Send;
}

impl Line for WebSocket {
    async fn hear(&mut self) -> Option<Result<Message, axum::Error>> {
        self.recv().await
    }

    async fn say(&mut self, message: Message) -> Result<(), axum::Error> {
        self.send(message).await
    }
}
