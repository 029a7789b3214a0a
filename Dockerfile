FROM quay.io/jupyter/minimal-notebook:python-3.12

# PyTorch's CPU build; `--build-arg TORCH=auto` takes one for the graphics card of the machine that builds the image.
ARG TORCH=cpu
WORKDIR "${HOME}/course"
COPY --chown=${NB_UID}:${NB_GID} . .
# hadolint ignore=DL3013
RUN pip install --no-cache-dir uv \
    && uv pip install --system --no-cache --torch-backend="${TORCH}" -r requirements.lock \
    && uv pip install --system --no-cache --no-deps --no-build-isolation --editable . \
    && python -m classroom data
CMD ["start-notebook.py", "--LabApp.default_url=/lab/tree/notebooks/00_welcome.ipynb"]
