#!/bin/sh
# Starts Rugzak for a load generator that measures several LTI tools side by side: a fresh database, migrated, with the
# content loaded and the generator's platform registered, and then the server in the foreground.
#
# Given: PORT, WORKERS, STATE_DIR (empty, ours), LTI_ISS, LTI_CLIENT_ID, LTI_DEPLOYMENT_ID, LTI_AUTH_URL, LTI_TOKEN_URL,
# LTI_JWKS_URL. Optional: DATABASE_URL (SQLite in STATE_DIR when not given; an empty PostgreSQL database otherwise),
# SERVER (granian, or gunicorn, which is not among our dependencies: put it on PYTHONPATH), PYTHON.
set -eu
cd "$(dirname "$0")/../.."
python=${PYTHON:-.venv/bin/python}

export RUGZAK_ENVIRONMENT=demo
export RUGZAK_BASE_URL="http://127.0.0.1:$PORT"
export RUGZAK_ALLOW_LOOPBACK_PLATFORMS=yes
export RUGZAK_DATABASE_URL="${DATABASE_URL:-sqlite:///$STATE_DIR/rugzak.sqlite3}"

"$python" -m alembic upgrade head
"$python" -m flask --app wsgi content load
"$python" -m flask --app wsgi lti register --name "Load platform" --issuer "$LTI_ISS" --client-id "$LTI_CLIENT_ID" \
  --authorization-endpoint "$LTI_AUTH_URL" --token-endpoint "$LTI_TOKEN_URL" --jwks-uri "$LTI_JWKS_URL" \
  --deployment-id "$LTI_DEPLOYMENT_ID"

case "${SERVER:-granian}" in
  granian) exec "$python" -m granian --interface wsgi --no-ws --workers "$WORKERS" --blocking-threads 1 \
      --host 127.0.0.1 --port "$PORT" --log-level warning wsgi:app ;;
  gunicorn) exec "$python" -m gunicorn --workers "$WORKERS" --bind "127.0.0.1:$PORT" wsgi:app ;;
  *) echo "unknown SERVER $SERVER" >&2; exit 2 ;;
esac
