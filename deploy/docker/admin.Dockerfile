# The jobs of whoever sets a system up: secrets, databases, topology, demo data. They know every part of the house.
#   docker build -f deploy/docker/admin.Dockerfile -t terminfluss/admin .
FROM python:3.11-slim
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /app
COPY deploy/docker/answers /usr/local/bin/
COPY services/_runtime/requirements.lock runtime.lock
RUN pip install -q --no-deps --require-hashes -r runtime.lock

# Everything above is the same as in a service, and so are its layers.
COPY requirements.lock own.lock
RUN pip install -q --no-deps --require-hashes -r own.lock
COPY services services
COPY gateway gateway
COPY deploy deploy
ENV PYTHONPATH=/app:/app/services/_runtime:/app/services/practice:/app/services/availability:/app/services/booking:/app/services/notify:/app/services/invitations
RUN python -m compileall -q .
# Fresh volumes take their owner from these folders.
RUN mkdir /secrets && cd /secrets && \
    mkdir keeper setup operator postgres rabbitmq gateway practice availability booking notify invitations coturn && \
    chown -R 10001:10001 .
USER 10001:10001
CMD ["python", "-m", "deploy.topology", "--print"]
