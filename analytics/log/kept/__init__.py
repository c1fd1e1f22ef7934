"""What people decided and found on a log, kept beside it in the workspace."""
