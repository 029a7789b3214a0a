FROM quay.io/jupyter/minimal-notebook:python-3.12

# Options for pip: `--build-arg PIP_ARGS="--extra-index-url ADDRESS"` for the CPU build of PyTorch, see the README.
ARG PIP_ARGS=""
WORKDIR "${HOME}/course"
COPY --chown=${NB_UID}:${NB_GID} . .
RUN pip install --no-cache-dir ${PIP_ARGS} -r requirements.lock \
    && pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && python -m classroom data
CMD ["start-notebook.py", "--LabApp.default_url=/lab/tree/notebooks/00_welcome.ipynb"]
