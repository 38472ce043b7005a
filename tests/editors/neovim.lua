-- Opens nothing itself: Neovim has opened the file and started the server as the user's configuration says.
-- Does what a user does, and writes down what is to be seen.

local RULE = "public-client-symmetric-id-token"
local LIMIT = 30000
local saw = {}

local function write()
  vim.fn.writefile({ vim.fn.json_encode(saw) }, vim.env.CLIENTLINT_SAW)
end

local function fail(reason)
  saw.error = reason
  write()
  vim.cmd("cquit 1")
end

--- The findings that are shown, with lines and columns from 0, columns in bytes.
local function shown()
  local severities = { "error", "warning", "info", "hint" }
  local found = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
    table.insert(found, {
      line = diagnostic.lnum,
      column = diagnostic.col,
      severity = severities[diagnostic.severity],
      message = diagnostic.message,
      source = diagnostic.source,
      code = diagnostic.code or diagnostic.user_data.lsp.code,
    })
  end
  return found
end

--- Waits until the rule's finding is there with this in its message, or is gone.
local function wait(stage, wanted)
  local function holds()
    for _, finding in ipairs(shown()) do
      if finding.code == RULE then
        return wanted ~= nil and finding.message:find(wanted, 1, true) ~= nil
      end
    end
    return wanted == nil
  end
  local reached = vim.wait(LIMIT, holds, 20)
  saw[stage] = shown()
  if not reached then
    fail("the findings are not as expected: " .. stage)
  end
end

local function type_over(from, to)
  local row = 3
  local line = vim.api.nvim_buf_get_lines(0, row, row + 1, true)[1]
  local start, stop = line:find(from, 1, true)
  vim.api.nvim_buf_set_text(0, row, start - 1, row, stop, { to })
end

--- Asks for the quick fixes at the finding, as `vim.lsp.buf.code_action()` does, and applies the one that mends it.
local function fix()
  local diagnostic
  for _, each in ipairs(vim.diagnostic.get(0)) do
    diagnostic = each.message:find("HS512", 1, true) and each.code ~= "unknown-value" and each or diagnostic
  end
  vim.api.nvim_win_set_cursor(0, { diagnostic.lnum + 1, diagnostic.col })
  local client = vim.lsp.get_client_by_id(vim.tbl_keys(vim.lsp.buf_get_clients(0))[1])
  local params = vim.lsp.util.make_range_params(0, client.offset_encoding)
  -- Since Neovim 0.10 a diagnostic carries the server's own, before there was a function.
  local told = vim.lsp.diagnostic.from and { diagnostic.user_data.lsp } or vim.lsp.diagnostic.get_line_diagnostics(0)
  params.context = { diagnostics = told, only = { "quickfix" } }
  local answers = vim.lsp.buf_request_sync(0, "textDocument/codeAction", params, LIMIT)
  local answer = answers and answers[client.id]
  for _, action in ipairs(answer and answer.result or {}) do
    if action.kind == "quickfix" and action.title:find("RS256", 1, true) then
      saw.fix = action.title
      if not action.edit then
        local resolved = client.request_sync("codeAction/resolve", action, LIMIT, 0)
        action = resolved.result
      end
      vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
      return
    end
  end
  saw.answers = answers
  fail("there is no quick fix")
end

local done, reason = pcall(function()
  wait("opened", "HS256")
  type_over("HS256", "RS256")
  wait("mended", nil)
  type_over("RS256", "HS512")
  wait("broken", "HS512")
  fix()
  wait("fixed", nil)
  vim.cmd("silent write")
end)
if not done then
  fail(tostring(reason))
end
write()
vim.cmd("qall!")
