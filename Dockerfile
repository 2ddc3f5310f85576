# docker build -t musicgen . && docker run --rm -v musicgen-cache:/cache musicgen generate … (docs/packages.md)
FROM debian:12-slim AS build
WORKDIR /source
COPY scripts/install_dependencies.sh scripts/
RUN scripts/install_dependencies.sh package && rm -rf /var/lib/apt/lists/*
COPY . .
RUN scripts/package.sh deb /packages

FROM debian:12-slim
COPY --from=build /packages/musicgen_*.deb /tmp/
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libavformat59 /tmp/musicgen_*.deb && \
    rm -rf /var/lib/apt/lists/* /tmp/musicgen_*.deb
# A new volume takes over the owner of /cache; sound is written to /music or to stdout.
RUN useradd --uid 1000 --create-home musicgen && mkdir /cache /music && chown musicgen: /cache /music
USER musicgen
ENV HF_HOME=/cache
VOLUME /cache
WORKDIR /music
ENTRYPOINT ["musicgen"]
CMD ["--help"]
