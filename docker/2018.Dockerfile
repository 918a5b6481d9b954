# The frameworks of 2018, for a machine without Python 3.6. From the root:
#   docker build -f docker/2018.Dockerfile -t one-convnet-2018 .
# `python -m snippets` uses the image of that name where .venv-2018 is absent.
FROM --platform=linux/amd64 python:3.6.15-slim-bullseye

# CNTK was linked against Open MPI 1.10. Debian 11's Open MPI 4 serves it;
# Open MPI 5, which dropped the C++ bindings, would not.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libopenmpi3 openmpi-bin \
 && rm -rf /var/lib/apt/lists/*

COPY requirements-2018.txt /tmp/
# The newest pip for Python 3.6: older ones take packages made for later ones.
RUN pip install --no-cache-dir pip==21.3.1 \
 && pip install --no-cache-dir -r /tmp/requirements-2018.txt

# Where CNTK's RUNPATH looks, so no LD_LIBRARY_PATH is needed.
RUN libs=/usr/local/lib/python3.6/site-packages/cntk/libs \
 && ln -s /usr/lib/x86_64-linux-gnu/libmpi.so.40 "$libs/libmpi.so.12" \
 && ln -s /usr/lib/x86_64-linux-gnu/libmpi_cxx.so.40 "$libs/libmpi_cxx.so.1"

RUN python -c "import cntk, keras, tensorflow, torch"
