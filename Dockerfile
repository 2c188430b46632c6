# syntax=docker/dockerfile:1
# One image for every service and role; the command says which: up, run SERVICE --role ROLE, …
# The base is an argument, so that it can be pinned by digest, or another mirror be used.
ARG BASE=python:3.11-slim-bookworm

# hadolint ignore=DL3006
FROM ${BASE} AS dependencies
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /source
RUN python -m venv /opt/kring
COPY constraints/image.txt constraints/image.txt
RUN /opt/kring/bin/pip install --require-hashes --requirement constraints/image.txt

FROM dependencies AS build
COPY pyproject.toml README.md LICENSE ./
COPY libs libs
COPY services services
RUN /opt/kring/bin/pip install --no-deps --prefix /own .

# hadolint ignore=DL3006
FROM ${BASE}
# Files are written below /data and /tmp only: the root may be read-only.
ENV PATH=/opt/kring/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    OMP_NUM_THREADS=1 \
    OPENBLAS_NUM_THREADS=1 \
    HOME=/tmp \
    KRING_DATA=/data \
    KRING_HOST=0.0.0.0 \
    KRING_PORT=8080 \
    KRING_PROBE_HOST=0.0.0.0 \
    KRING_PROBE_PORT=9180
RUN useradd --uid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin kring \
    && install --directory --owner 10001 --group 10001 --mode 0700 /data
# Two layers: with the same dependencies a node fetches of a new release the second, small one alone.
COPY --from=dependencies /opt/kring /opt/kring
COPY --from=build /own /opt/kring
USER 10001:10001
VOLUME /data
EXPOSE 8080 9180
STOPSIGNAL SIGTERM
ENTRYPOINT ["kring"]
CMD ["up"]
