FROM quay.io/jupyter/minimal-notebook:python-3.12

ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
WORKDIR /home/jovyan/course
COPY --chown=${NB_UID}:${NB_GID} . .
RUN pip install --no-cache-dir --extra-index-url "${TORCH_INDEX}" -r requirements.lock \
    && pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && python -m course data
CMD ["start-notebook.py", "--ServerApp.root_dir=/home/jovyan/course", "--LabApp.default_url=/lab/tree/notebooks/00_welcome.ipynb"]
