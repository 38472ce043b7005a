;;; session.el --- What a user does in Emacs, whatever the client  -*- lexical-binding: t -*-

;; A client's file defines `session-connect', `session-shown' and `session-fix'.

;;; Code:

(require 'cl-lib)
(require 'json)

(defconst session-rule "public-client-symmetric-id-token")

(defvar session-saw nil "What was seen, by stage.")

(defun session-write ()
  "Write down what was seen."
  (let ((json-encoding-pretty-print t)
        (saw session-saw))
    (with-temp-file (getenv "CLIENTLINT_SAW")
      (insert (json-encode saw)))))

(defun session-wait (stage wanted)
  "Wait until the finding has WANTED in its message, or is gone if that is nil.
Note what is shown then under STAGE."
  (let ((end (+ (float-time) 30))
        (found nil)
        (reached nil))
    (while (and (not reached) (< (float-time) end))
      (accept-process-output nil 0.05)
      (setq found (session-shown))
      (let ((finding (cl-find session-rule found
                              :key (lambda (each) (alist-get 'code each)) :test #'equal)))
        (setq reached (if wanted
                          (and finding (string-match-p (regexp-quote wanted) (alist-get 'message finding)))
                        (not finding)))))
    (push (cons stage (vconcat found)) session-saw)
    (unless reached
      (error "The findings are not as expected: %s" stage))))

(defun session-type-over (from to)
  "Replace FROM by TO, as typing does."
  (goto-char (point-min))
  (search-forward from)
  (delete-region (match-beginning 0) (match-end 0))
  (insert to)
  ;; Clients send changes when a command has ended, or when nothing happens.
  (run-hooks 'post-command-hook))

(defun session-answer (_prompt collection &rest _)
  "Choose from COLLECTION what mends the finding."
  (let ((titles (all-completions "" collection)))
    (push (cons 'offered (vconcat titles)) session-saw)
    (let ((title (cl-find-if (lambda (each) (string-match-p "RS256" each)) titles)))
      (push (cons 'fix title) session-saw)
      title)))

(defun session-run (file)
  "Do what a user does with FILE."
  (condition-case reason
      (progn
        (switch-to-buffer (find-file-noselect file))
        (session-connect)
        (session-wait 'opened "HS256")
        (session-type-over "HS256" "RS256")
        (session-wait 'mended nil)
        (session-type-over "RS256" "HS512")
        (session-wait 'broken "HS512")
        (goto-char (point-min))
        (search-forward "HS512")
        (goto-char (match-beginning 0))
        (cl-letf (((symbol-function 'completing-read) #'session-answer))
          (session-fix))
        (run-hooks 'post-command-hook)
        (session-wait 'fixed nil)
        (save-buffer)
        (session-write)
        (kill-emacs 0))
    (error
     (push (cons 'error (error-message-string reason)) session-saw)
     (session-write)
     (kill-emacs 1))))

;;; session.el ends here
