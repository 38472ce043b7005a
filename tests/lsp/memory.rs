//! The program itself, on its standard input and output: it needs no more memory after any number of edits.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use serde_json::{Value as Json, json};

use crate::editor::address;
use crate::{NASTY, folder, steps};

struct Program {
    child: Child,
    input: ChildStdin,
    output: BufReader<std::process::ChildStdout>,
}

impl Program {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_clientlint"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, input, output }
    }

    fn send(&mut self, mut message: Json) {
        message["jsonrpc"] = "2.0".into();
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn receive(&mut self) -> Json {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the server is gone");
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", number)) => length = number.parse().unwrap(),
                Some(_) => {}
                None => break,
            }
        }
        let mut bytes = vec![0; length];
        self.output.read_exact(&mut bytes).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    /// Waits until a version is published.
    fn wait_for(&mut self, version: usize) {
        while self.receive()["params"]["version"] != version {}
    }

    /// Its memory in kilobytes, where the system says.
    fn memory(&self) -> Option<usize> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }
}

#[test]
fn many_edits_need_no_more_memory() {
    let edits = steps();
    let (_folder, path) = folder();
    let uri = address(&path.join("tenant.yaml"));
    let mut program = Program::start();
    let capabilities = json!({"general": {"positionEncodings": ["utf-8"]}});
    let params = json!({"capabilities": capabilities, "initializationOptions": {"debounce": 0}});
    program.send(json!({"id": 1, "method": "initialize", "params": params}));
    program.receive();
    program.send(json!({"method": "initialized", "params": {}}));
    let document = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": NASTY});
    program.send(json!({"method": "textDocument/didOpen", "params": {"textDocument": document}}));
    let line = NASTY.lines().position(|line| line.contains("alg: HS256")).unwrap();
    let mut early = None;
    for edit in 0..edits {
        let version = edit + 2;
        // A new name each time, a text that breaks now and then, and goes back to what it was.
        let text =
            if edit % 7 == 6 { "[".to_owned() } else { format!("jwt_configuration: {{ alg: A{edit} }}") };
        let range = json!({"start": {"line": line, "character": 4}, "end": {"line": line, "character": 999}});
        let change = json!({"textDocument": {"uri": uri, "version": version},
            "contentChanges": [{"range": range, "text": text}]});
        program.send(json!({"method": "textDocument/didChange", "params": change}));
        program.wait_for(version);
        if edit % 50 == 0 {
            let context = json!({"diagnostics": []});
            let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}});
            let params = json!({"textDocument": {"uri": uri}, "range": range, "context": context});
            program.send(json!({"id": version, "method": "textDocument/codeAction", "params": params}));
            while program.receive()["id"] != version {}
        }
        if edit == edits / 5 {
            early = program.memory();
        }
    }
    if let (Some(early), Some(late)) = (early, program.memory()) {
        assert!(late < early + early / 4, "grew from {early} kB to {late} kB");
    }
    program.send(json!({"id": 0, "method": "shutdown"}));
    while program.receive()["id"] != 0 {}
    program.send(json!({"method": "exit"}));
    assert!(program.child.wait().unwrap().success());
}
