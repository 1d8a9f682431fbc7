"""What `serving_peers.py` serves with LitServe, whose processes import it."""

from typing import Any

import litserve
import torch
from fastapi import UploadFile
from PIL import Image

import regraft
from serving_peers import torch_network


class TorchApi(litserve.LitAPI):  # type: ignore[misc]
    """A network of timm, as LitServe's documentation shows images."""

    def setup(self, device: str) -> None:
        """In the process that computes."""
        del device
        self.model, self.transform = torch_network()

    def decode_request(self, request: UploadFile) -> Any:
        """A file to what the network takes."""
        return self.transform(Image.open(request.file).convert("RGB"))

    def batch(self, inputs: list[Any]) -> Any:
        """Several at once."""
        return torch.stack(inputs)

    def predict(self, x: Any) -> Any:
        """Probabilities."""
        with torch.inference_mode():
            return self.model(x if x.ndim == 4 else x[None]).softmax(1)

    def unbatch(self, output: Any) -> list[Any]:
        """One by one again."""
        return list(output)

    def encode_response(self, output: Any) -> dict[str, Any]:
        """What is answered."""
        return {"label": int(output.argmax()), "probability": float(output.max())}


class OurApi(litserve.LitAPI):  # type: ignore[misc]
    """Our engine, decoding included."""

    bundle = ""

    def setup(self, device: str) -> None:
        """In the process that computes."""
        del device
        self.model = regraft.load(self.bundle).staged()

    def decode_request(self, request: UploadFile) -> Any:
        """A file to what the network takes."""
        return self.model.see(request.file.read(), "", n_pixels_max=10**8)

    def batch(self, inputs: list[Any]) -> list[Any]:
        """Several at once."""
        return inputs

    def predict(self, x: Any) -> Any:
        """What is said of them."""
        return self.model.answer(x)

    def unbatch(self, output: Any) -> list[Any]:
        """One by one again."""
        return list(output)

    def encode_response(self, output: Any) -> dict[str, Any]:
        """What is answered."""
        told: dict[str, Any] = self.model.tell(output, "image").model_dump(mode="json")
        return told


def serve(api: Any, port: int) -> None:
    """Until the process is ended."""
    litserve.LitServer(api, accelerator="cpu").run(port=port, generate_client_file=False)
