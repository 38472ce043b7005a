//! Requests: each answered, whatever becomes of it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use lsp_server::{ErrorCode, Request, Response};
use lsp_types::request::{
    CodeActionRequest, CodeLensRequest, Completion, DocumentDiagnosticRequest, DocumentSymbolRequest,
    ExecuteCommand, HoverRequest, InlayHintRequest, Request as Kind, Shutdown,
};
use lsp_types::{
    DocumentDiagnosticParams, DocumentDiagnosticReport, DocumentDiagnosticReportResult, ExecuteCommandParams,
    FullDocumentDiagnosticReport, RelatedFullDocumentDiagnosticReport,
    RelatedUnchangedDocumentDiagnosticReport, UnchangedDocumentDiagnosticReport,
};
use serde_json::Value as Json;

use super::session::Session;

/// A request that is not answered as it wishes.
enum Refusal {
    /// Nobody knows its method.
    Unknown,
    /// Its parameters are not those of its method.
    Malformed,
    /// The server is shutting down.
    Over,
}

impl Session<'_> {
    /// Answers a request.
    pub(super) fn answer(&mut self, request: Request) {
        let id = request.id.clone();
        let outcome = catch_unwind(AssertUnwindSafe(|| self.respond(request)));
        let refuse =
            |code: ErrorCode, message: &str| Response::new_err(id.clone(), code as i32, message.to_owned());
        let response = match outcome {
            Ok(Ok(result)) => Response::new_ok(id, result),
            Ok(Err(Refusal::Unknown)) => refuse(ErrorCode::MethodNotFound, "no such method"),
            Ok(Err(Refusal::Malformed)) => refuse(ErrorCode::InvalidParams, "wrong parameters"),
            Ok(Err(Refusal::Over)) => refuse(ErrorCode::InvalidRequest, "the server is shutting down"),
            // What a panic says may hold text of a document.
            Err(_) => refuse(ErrorCode::InternalError, "internal error; please report it"),
        };
        self.send(response.into());
    }

    fn respond(&mut self, request: Request) -> Result<Json, Refusal> {
        if self.is_over() {
            return Err(Refusal::Over);
        }
        match request.method.as_str() {
            Shutdown::METHOD => {
                self.shut_down();
                Ok(Json::Null)
            }
            DocumentDiagnosticRequest::METHOD => {
                with::<DocumentDiagnosticRequest>(request, |params| self.diagnostic(&params))
            }
            CodeActionRequest::METHOD => {
                with::<CodeActionRequest>(request, |params| Some(self.code_actions(&params)))
            }
            CodeLensRequest::METHOD => {
                with::<CodeLensRequest>(request, |params| Some(self.lenses(&params.text_document.uri)))
            }
            Completion::METHOD => {
                with::<Completion>(request, |params| Some(self.completions(&params).into()))
            }
            DocumentSymbolRequest::METHOD => {
                with::<DocumentSymbolRequest>(request, |params| self.symbols(&params.text_document.uri))
            }
            ExecuteCommand::METHOD => {
                let params: ExecuteCommandParams =
                    serde_json::from_value(request.params).map_err(|_| Refusal::Malformed)?;
                self.command(&params.command, &params.arguments).ok_or(Refusal::Malformed)
            }
            HoverRequest::METHOD => with::<HoverRequest>(request, |params| self.hover(&params)),
            InlayHintRequest::METHOD => with::<InlayHintRequest>(request, |params| {
                Some(self.hints(&params.text_document.uri, params.range))
            }),
            _ => Err(Refusal::Unknown),
        }
    }

    /// What is found in a document, for a client that asks.
    fn diagnostic(&mut self, params: &DocumentDiagnosticParams) -> DocumentDiagnosticReportResult {
        self.refresh();
        let document = self.documents.get(&params.text_document.uri);
        let result_id = document.map(|document| document.result.to_string());
        let report = match result_id {
            Some(result_id) if params.previous_result_id.as_ref() == Some(&result_id) => {
                DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
                    related_documents: None,
                    unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id },
                })
            }
            result_id => DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
                related_documents: None,
                full_document_diagnostic_report: FullDocumentDiagnosticReport {
                    result_id,
                    items: document.map(|document| document.diagnostics.clone()).unwrap_or_default(),
                },
            }),
        };
        DocumentDiagnosticReportResult::Report(report)
    }
}

fn with<R: Kind>(request: Request, answer: impl FnOnce(R::Params) -> R::Result) -> Result<Json, Refusal> {
    let params = serde_json::from_value(request.params).map_err(|_| Refusal::Malformed)?;
    serde_json::to_value(answer(params)).map_err(|_| Refusal::Malformed)
}
