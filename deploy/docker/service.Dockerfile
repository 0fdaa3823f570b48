# One service: the runtime, its own folder, and the packages that these need.
#   docker build -f deploy/docker/service.Dockerfile --build-arg SERVICE=booking -t terminfluss/booking .
FROM python:3.11-slim
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /app
COPY deploy/docker/answers /usr/local/bin/
COPY services/_runtime/requirements.lock runtime.lock
RUN pip install -q --no-deps --require-hashes -r runtime.lock

# Everything above is the same in all services, and so are its layers.
ARG SERVICE
COPY services/${SERVICE}/requirements.lock own.lock
RUN pip install -q --no-deps --require-hashes -r runtime.lock -r own.lock
COPY services/_runtime/runtime runtime
COPY services/${SERVICE}/${SERVICE} ${SERVICE}
RUN python -m compileall -q .
USER 10001:10001
ENV SERVICE=${SERVICE} HEALTH_PORT=9000
HEALTHCHECK --interval=5s --timeout=20s --start-period=300s CMD ["answers", "9000", "/readyz"]
CMD ["sh", "-c", "exec python -m \"$SERVICE\" run"]
