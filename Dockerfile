# The hook's image: Python, the locked packages and app/, nothing else. `docker build .` is all it takes.
FROM python:3.12-slim-trixie AS base
# The hook's file system is read-only; what is compiled is compiled here.
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /srv

FROM base AS build
# The environment gets no pip of its own: the base image's fills it, and stays behind.
RUN python -m venv --without-pip /opt/venv
COPY requirements/run.txt requirements/run.txt
# The lock names every package with its hash, so that nothing is resolved; only wheels, so that nothing is compiled.
RUN python -m pip --python /opt/venv/bin/python install --quiet --disable-pip-version-check --root-user-action=ignore \
    --require-hashes --no-deps --only-binary=:all: -r requirements/run.txt
# .dockerignore leaves out the command line and the simulation, which the hook never imports.
COPY app app
# By hash and unchecked: the times of files may change on their way into the next stage.
RUN python -m compileall -q --invalidation-mode unchecked-hash app

FROM base
LABEL org.opencontainers.image.title="CanaryApp operator" \
      org.opencontainers.image.description="Metacontroller's hook for CanaryApps" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN python -m pip uninstall --quiet --yes --root-user-action=ignore pip setuptools wheel
COPY LICENSE LICENSE
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/app app
ENV PATH=/opt/venv/bin:$PATH
# Numeric, so that Kubernetes can tell that it is not root (runAsNonRoot).
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('CANARYAPP_PROBE_PORT') or os.environ.get('CANARYAPP_PORT', '8080')), timeout=2); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
CMD ["python", "-m", "app"]
