// Documents and mail.
