#!/usr/bin/env bash
# On a pair of machines, in the folder of distributed.py and convnet.py, with
# the environment of PyTorch active. On the first, and on the second:
#
#     bash pair.sh 0 first.example
#     bash pair.sh 1 first.example
#
# The name is the first one's, as both reach it. There PORT must be open to the
# second; and on both, to each other, the ports that gloo picks above 32768.
set -euo pipefail
rank=${1:?which machine is this: 0 or 1}
first=${2:?the name of machine 0}
exec torchrun --nnodes=2 --nproc-per-node=1 --node-rank="$rank" \
    --rdzv-endpoint="$first:${PORT:-29500}" distributed.py
