# Takes every mail and shows it. For trying out and for tests.
#   docker build -f deploy/docker/mailcatcher.Dockerfile -t terminfluss/mailcatcher .
FROM python:3.11-slim
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /app
COPY deploy/docker/answers /usr/local/bin/
COPY deploy/mailcatcher/requirements.lock own.lock
RUN pip install -q --no-deps --require-hashes -r own.lock
COPY deploy/mailcatcher deploy/mailcatcher
RUN python -m compileall -q .
USER 10001:10001
EXPOSE 1025 8025
HEALTHCHECK --interval=5s --timeout=20s --start-period=300s CMD ["answers", "8025", "/readyz"]
CMD ["python", "-m", "deploy.mailcatcher"]
