"""Servers beside ours, as their documentation shows them.

`fastapi-torch`: an endpoint that is handed a file, a network of timm. `litserve-torch`: the same network in LitServe,
with batching. `litserve-ours` and `bentoml-ours`: our engine, decoding included, in their servers.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

PEERS = ("fastapi-torch", "litserve-torch", "litserve-ours", "bentoml-ours")
FIELDS = dict(zip(PEERS, ("file", "request", "request", "image"), strict=True))
"""What the file is called in the form that each takes."""


def serve_peer(kind: str, bundle: str, port: str) -> None:
    """Serve until the process is ended.

    Args:
        kind: One of PEERS.
        bundle: What ours serve.
        port: On this machine.
    """
    {
        "fastapi-torch": fastapi_torch,
        "litserve-torch": litserve_torch,
        "litserve-ours": litserve_ours,
        "bentoml-ours": bentoml_ours,
    }[kind](bundle, int(port))


def torch_network() -> tuple[Any, Any]:
    """EfficientNet-Lite0 of timm with our weights, and its own transform of a Pillow image."""
    import timm
    import timm.data
    from safetensors.torch import load_file

    from regraft.backbones import BACKBONES, DEFAULT_BACKBONE, keep_weights
    from regraft.core import cache_folder

    spec = BACKBONES[DEFAULT_BACKBONE]
    weights, _digest = keep_weights(spec, cache_folder() / "weights")
    model: Any = timm.create_model(spec.architecture)
    model.load_state_dict(load_file(weights))
    library: Any = timm.data
    return model.eval(), library.create_transform(**library.resolve_model_data_config(model), is_training=False)


def fastapi_torch(_bundle: str, port: int) -> None:
    """FastAPI's own way: a function in a thread of its pool."""
    import torch
    import uvicorn
    from fastapi import FastAPI, UploadFile
    from PIL import Image

    model, transform = torch_network()
    app = FastAPI()

    def predict(file: Any) -> dict[str, Any]:
        image = Image.open(file.file).convert("RGB")
        with torch.inference_mode():
            probabilities = model(transform(image).unsqueeze(0)).softmax(1)[0]
        return {"label": int(probabilities.argmax()), "probability": float(probabilities.max())}

    predict.__annotations__["file"] = UploadFile
    app.post("/predict")(predict)
    uvicorn.run(app, port=port, log_level="warning")


def litserve_torch(_bundle: str, port: int) -> None:
    """LitServe with batches of up to 8."""
    import litserve_peers

    litserve_peers.serve(litserve_peers.TorchApi(max_batch_size=8, batch_timeout=0.02), port)


def litserve_ours(bundle: str, port: int) -> None:
    """Our engine in LitServe."""
    import litserve_peers

    api = litserve_peers.OurApi(max_batch_size=4, batch_timeout=0.005)
    api.bundle = bundle
    litserve_peers.serve(api, port)


def bentoml_ours(bundle: str, port: int) -> None:
    """Our engine in BentoML, by its own command."""
    os.environ["PEER_BUNDLE"] = bundle
    words = ["serve", "bentoml_peer:Ours", "--working-dir", str(Path(__file__).parent), "--port", str(port)]
    os.execv(sys.executable, [sys.executable, "-m", "bentoml", *words])  # noqa: S606 - it is to be this process
