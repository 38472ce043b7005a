;;; lsp-mode.el --- What a user of lsp-mode sees and does  -*- lexical-binding: t -*-

;;; Code:

(require 'lsp-mode)

;; Nobody is there to be asked.
(setq lsp-auto-guess-root t
      lsp-restart 'ignore
      lsp-idle-delay 0.05
      lsp-debounce-full-sync-notifications nil
      lsp-enable-suggest-server-download nil
      lsp-auto-execute-action nil)

(defun session-connect ()
  "Start the server, as `lsp-deferred' does once the buffer is shown."
  (lsp))

(defun session-shown ()
  "The findings that lsp-mode knows."
  (mapcar
   (lambda (diagnostic)
     (let ((start (gethash "start" (gethash "range" diagnostic))))
       (save-excursion
         (goto-char (lsp--position-to-point start))
         `((line . ,(1- (line-number-at-pos)))
           (column . ,(- (point) (line-beginning-position)))
           (severity . ,(pcase (gethash "severity" diagnostic) (1 "error") (2 "warning") (_ "info")))
           (message . ,(gethash "message" diagnostic))
           (code . ,(gethash "code" diagnostic))))))
   (lsp--get-buffer-diagnostics)))

(defun session-fix ()
  "Apply the quick fix at point."
  (lsp-execute-code-action-by-kind "quickfix"))

;;; lsp-mode.el ends here
