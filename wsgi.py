"""What a WSGI server imports as `wsgi:app`."""

from backend.app import create_app

app = create_app()
app.extensions["modelport.process"].start()
