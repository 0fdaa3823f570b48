# The web front: its own folder and the runtime, with the packages that these need.
#   docker build -f deploy/docker/gateway.Dockerfile -t terminfluss/gateway .
FROM python:3.11-slim
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /app
COPY deploy/docker/answers /usr/local/bin/
COPY gateway/requirements.lock own.lock
RUN pip install -q --no-deps --require-hashes -r own.lock
COPY services/_runtime/runtime runtime
COPY gateway gateway
RUN python -m compileall -q .
USER 10001:10001
ENV HOST=0.0.0.0 PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=20s --start-period=300s CMD ["answers", "8080", "/healthz"]
CMD ["python", "-m", "gateway", "run"]
