"""Entry points without HTTP: scheduled jobs and the background process."""
