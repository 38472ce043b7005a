;;; eglot.el --- What a user of Eglot sees and does  -*- lexical-binding: t -*-

;;; Code:

(require 'eglot)
(require 'flymake)

(setq eglot-send-changes-idle-time 0.05
      eglot-sync-connect t)

(defun session-connect ()
  "Let Eglot start the server, which the mode's hook asked for."
  (run-hooks 'post-command-hook)
  (unless (eglot-managed-p)
    (error "Eglot does not manage the buffer")))

(defun session-shown ()
  "The findings that Flymake shows."
  (eglot--signal-textDocument/didChange)
  (flymake-start)
  (mapcar
   (lambda (diagnostic)
     (save-excursion
       (goto-char (flymake-diagnostic-beg diagnostic))
       ;; Eglot's texts are "source [code]: message".
       (let ((text (flymake-diagnostic-text diagnostic)))
         `((line . ,(1- (line-number-at-pos)))
           (column . ,(- (point) (line-beginning-position)))
           (severity . ,(pcase (flymake-diagnostic-type diagnostic)
                          ('eglot-error "error") ('eglot-warning "warning") (_ "info")))
           (message . ,text)
           (code . ,(and (string-match "\\[\\([a-z0-9-]+\\)\\]" text) (match-string 1 text)))))))
   (flymake-diagnostics)))

(defun session-fix ()
  "Apply the quick fix at point."
  (let ((eglot-confirm-server-initiated-edits nil)
        ;; Eglot opens a menu for a mouse, and asks with `completing-read' after a key.
        (last-nonmenu-event ?x))
    (eglot-code-actions (point) (point) "quickfix" t)))

;;; eglot.el ends here
