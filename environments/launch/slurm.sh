#!/usr/bin/env bash
# On a cluster with Slurm, in the folder of distributed.py and convnet.py, which
# every machine sees, with the environment of PyTorch active:
#
#     sbatch slurm.sh
#
#SBATCH --job-name=one-convnet
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=2
#SBATCH --time=00:10:00
# With GPUs also `#SBATCH --gpus-per-node=8`, and as many processes:
processes=1

set -euo pipefail
# The first machine of the job is where all meet; two jobs may share it.
first=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | sed -n 1p)
port=$((29500 + SLURM_JOB_ID % 1000))
export OMP_NUM_THREADS=$((SLURM_CPUS_PER_TASK / processes))
# One torchrun a machine; each starts the processes there. srun does not take
# the cores of a task from sbatch.
srun --cpus-per-task="$SLURM_CPUS_PER_TASK" --kill-on-bad-exit=1 \
    torchrun --nnodes="$SLURM_JOB_NUM_NODES" --nproc-per-node="$processes" \
    --rdzv-backend=c10d --rdzv-endpoint="$first:$port" \
    --rdzv-id="$SLURM_JOB_ID" distributed.py
