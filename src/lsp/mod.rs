//! The language server: messages in and out, in order, with what was cancelled left out.

mod actions;
mod changes;
mod completion;
mod configuration;
mod diagnostics;
mod documents;
mod group;
mod hover;
mod ignores;
mod overview;
mod paths;
mod place;
mod positions;
mod requests;
mod session;
mod settings;
mod shift;
mod workspace;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use lsp_server::{Connection, ErrorCode, Message, Response};
use lsp_types::notification::{Cancel, Exit, Notification as _};
use lsp_types::{InitializeParams, InitializeResult, NumberOrString, ServerInfo};
use serde_json::Value as Json;

pub use self::group::Lint;
use self::session::Session;
use self::settings::{Client, Settings, capabilities};
pub use self::workspace::Configure;
use self::workspace::Workspace;
use crate::lint::lint;

/// What ended the server before its time.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The other side does not keep to the protocol, or is gone.
    #[error("the editor did not speak the language server's protocol")]
    Protocol,
}

/// Serves an editor on standard input and output. `configure` makes the configurations, again whenever one may have
/// changed. Returns the exit code.
///
/// # Errors
///
/// The editor does not keep to the protocol before anything else was said.
pub fn serve_stdio(configure: Configure<'_>) -> Result<u8, ServeError> {
    let (connection, threads) = Connection::stdio();
    let code = serve(&connection, configure, &lint)?;
    // What is still to be written goes out when nobody can send any more.
    drop(connection);
    if code == 0 {
        drop(threads.join());
    }
    Ok(code)
}

/// Serves an editor at the other end of a connection, until it says that it is gone. Returns the exit code: 0 where it
/// asked to shut down before, else 1.
///
/// # Errors
///
/// The editor does not keep to the protocol before anything else was said.
pub fn serve(connection: &Connection, configure: Configure<'_>, lint: Lint<'_>) -> Result<u8, ServeError> {
    let (id, said) = connection.initialize_start().map_err(|_| ServeError::Protocol)?;
    let params: InitializeParams = serde_json::from_value(said.clone()).map_err(|_| ServeError::Protocol)?;
    let client = Client::of(&params, &said);
    let mut settings = Settings::default();
    settings.update(params.initialization_options.as_ref().unwrap_or(&Json::Null));
    let result = InitializeResult {
        capabilities: capabilities(&client),
        server_info: Some(ServerInfo {
            name: "clientlint".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
    };
    let result = serde_json::to_value(result).map_err(|_| ServeError::Protocol)?;
    connection.initialize_finish(id, result).map_err(|_| ServeError::Protocol)?;
    let mut session = Session::new(connection, client, settings, Workspace::new(configure, lint));
    session.begin();
    Ok(listen(connection, &mut session))
}

/// Takes one message after another; analyses when there was none for a while.
fn listen(connection: &Connection, session: &mut Session<'_>) -> u8 {
    let mut queue: VecDeque<Message> = VecDeque::new();
    loop {
        if queue.is_empty() {
            let next = match session.due() {
                Some(due) => match connection.receiver.recv_timeout(until(due)) {
                    Err(error) if error.is_timeout() => {
                        guarded(session, Session::refresh);
                        continue;
                    }
                    next => next.ok(),
                },
                None => connection.receiver.recv().ok(),
            };
            let Some(next) = next else { return 1 };
            queue.push_back(next);
        }
        // All that came meanwhile, so that what was cancelled need not be answered.
        queue.extend(connection.receiver.try_iter());
        let Some(message) = queue.pop_front() else { continue };
        match message {
            Message::Notification(notification) if notification.method == Exit::METHOD => {
                return u8::from(!session.is_over());
            }
            Message::Notification(notification) if notification.method == Cancel::METHOD => {}
            Message::Notification(notification) => {
                guarded(session, |session| session.notice(notification));
            }
            Message::Request(request) if is_cancelled(&request.id, &queue) => {
                let message = "cancelled by the client".to_owned();
                let response = Response::new_err(request.id, ErrorCode::RequestCanceled as i32, message);
                session.send(response.into());
            }
            Message::Request(request) => session.answer(request),
            // Nothing that the server asks for is more than a wish.
            Message::Response(_) => {}
        }
    }
}

/// Runs something that must not end the server. Neither the payload of a panic nor a document may be told.
fn guarded<'a>(session: &mut Session<'a>, run: impl FnOnce(&mut Session<'a>)) {
    if catch_unwind(AssertUnwindSafe(|| run(session))).is_err() {
        session.confess();
    }
}

fn until(due: Instant) -> Duration {
    due.saturating_duration_since(Instant::now())
}

/// Whether a later message takes a request back.
fn is_cancelled(id: &lsp_server::RequestId, later: &VecDeque<Message>) -> bool {
    later.iter().any(|message| match message {
        Message::Notification(notification) if notification.method == Cancel::METHOD => {
            let params: Option<lsp_types::CancelParams> =
                serde_json::from_value(notification.params.clone()).ok();
            params.is_some_and(|params| match params.id {
                NumberOrString::Number(number) => *id == number.into(),
                NumberOrString::String(text) => *id == text.into(),
            })
        }
        _ => false,
    })
}
