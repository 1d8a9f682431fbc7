"""All verbs: what each is for, and how it is typed."""

from __future__ import annotations

from dataclasses import dataclass

from regraft.core import VERB_EXTRAS, extra_mark


@dataclass(frozen=True)
class Verb:
    """One verb: its heading in `regraft --help`, what that says of it, and examples for `regraft VERB --help`.

    Where `environment` is given, an option that is not given is taken from the variable that it begins.
    """

    group: str
    summary: str
    examples: tuple[str, ...]
    environment: str | None = None


VERBS = {
    "scan": Verb(
        "Begin", "List and count the images of a data set, and say what is wrong with it.", ("regraft scan photos",)
    ),
    "audit": Verb(
        "Begin",
        "Find what is wrong with a data set: copies, leaks, series, labels, shortcuts.",
        (
            "regraft audit photos",
            "regraft audit photos --decisions decisions.csv",
            "regraft audit photos --apply decisions.csv --out cleaned.parquet",
            "regraft audit photos --fail-on leakage labels",
        ),
    ),
    "demo": Verb("Begin", "Run the main job on real images: defects of solar cells.", ("regraft demo",)),
    "probe": Verb(
        "Train",
        "Train a linear classifier on features of a pretrained network, and measure it.",
        (
            "regraft probe photos",
            "regraft probe photos --head svm --resize crop",
            r"regraft probe signs --group-by '(\d+)/(\d+)_'",
            "regraft probe labels.csv --backbone resnet50.a1_in1k --checkpoint resnet50.safetensors",
        ),
    ),
    "finetune": Verb(
        "Train",
        "Train a pretrained network on, from a fitted linear head, and measure it.",
        (
            "regraft finetune photos",
            "regraft finetune photos --augmentation flips --budget 20",
            "regraft finetune signs --augmentation crop --from-stage 5 --epochs 20",
            "regraft finetune photos --optimizer sgd --learning-rate 0.01 --schedule one-cycle --ema 0.999",
            "torchrun --nproc-per-node 2 -m regraft finetune photos --from-stage 1",
        ),
    ),
    "train": Verb(
        "Train",
        "Probe, then fine-tune only if it is worth it, with the evidence.",
        (
            "regraft train photos",
            "regraft train photos --augmentation flips --budget 60",
            "regraft train signs --augmentation crop --rates 0.0003 0.001",
        ),
    ),
    "pretrain": Verb(
        "Train",
        "Train a network from scratch: a small one, any of timm's, or your own.",
        (
            "regraft pretrain digits --backbone lenet --augmentation crop",
            "regraft pretrain photos --model my_network.py:network --epochs 100",
            "regraft probe signs --backbone runs/digits-pretrain",
        ),
    ),
    "sweep": Verb(
        "Train",
        "Search for good options of finetune, judged by folds of the training images.",
        (
            "regraft sweep photos",
            "regraft sweep photos --over learning_rate=1e-4..1e-2 dropout=0,0.2,0.5 optimizer=adamw,sgd --trials 40",
            "regraft sweep photos --over epochs=3..10 augmentation=crop-flip,flips --from-stage 6 --jobs 2",
        ),
    ),
    "compare": Verb(
        "Train",
        "Compare networks and heads on one data set, and say which differences are more than chance.",
        (
            "regraft compare photos",
            "regraft compare photos --backbones efficientnet-lite0 efficientnet-lite2 --heads softmax",
        ),
    ),
    "curve": Verb(
        "Train",
        "Measure accuracy against the number of images, and say what more would bring.",
        ("regraft curve photos", r"regraft curve signs --group-by '(\d+)/(\d+)_'"),
    ),
    "predict": Verb(
        "Use",
        "Classify images with a saved classifier.",
        (
            "regraft predict runs/photos-probe new.jpg",
            "regraft predict runs/photos-probe folder --out answers.parquet",
            "regraft predict runs/photos-probe folder --format csv > answers.csv",
            "find . -name '*.jpg' | regraft predict runs/photos-probe - --format json",
        ),
    ),
    "evaluate": Verb(
        "Use", "Measure a saved classifier on labelled images.", ("regraft evaluate runs/photos-probe more-photos",)
    ),
    "explain": Verb(
        "Use",
        "Show which parts of an image speak for a saved classifier's answer, and which against it.",
        ("regraft explain runs/photos-probe new.jpg", "regraft explain runs/photos-probe folder --occlusion"),
    ),
    "embed": Verb(
        "Use",
        "Write the features of images to a Parquet or npy file.",
        (
            "regraft embed photos --out features.parquet",
            "regraft embed photos --layer stage3 --out features.npy",
            "regraft embed photos --part 2/8",
        ),
    ),
    "export": Verb(
        "Use",
        "Write a saved classifier for other runtimes, proven to give the same answers.",
        (
            "regraft export runs/photos-probe photos --to onnx",
            "regraft export runs/photos-probe photos --to web",
            "regraft export runs/photos-probe photos --to all --precision all --table",
        ),
    ),
    "check": Verb(
        "Use",
        "Replay a saved classifier's golden inputs, or compare an export with it.",
        (
            "regraft check runs/photos-probe",
            "regraft check runs/photos-probe/exports/onnx --against runs/photos-probe photos",
        ),
    ),
    "serve": Verb(
        "Use",
        "Serve saved classifiers by HTTP.",
        (
            "regraft serve runs/photos-probe",
            "regraft serve leaves=runs/leaves-probe weeds=runs/weeds-train --port 8080",
            "regraft serve models --host 0.0.0.0 --tokens tokens.txt",
            "regraft serve runs/photos-probe --check",
            "curl -H 'Content-Type: image/jpeg' --data-binary @new.jpg localhost:8000/v1/models/photos-probe/predict",
        ),
        environment="REGRAFT_SERVE_",
    ),
    "datasets": Verb(
        "Data and networks",
        "List the data sets that are known by name, fetch one, or write any data set in another format.",
        (
            "regraft datasets list",
            "regraft datasets show flowers",
            "regraft datasets get flowers",
            "regraft datasets get belgium-signs --folder data/signs",
            "regraft datasets get imagenet --archives ~/downloads",
            "regraft datasets convert photos --to tfrecord --out photos-tfrecord",
            "regraft datasets convert photos-tfrecord --to folder --out photos-again",
        ),
    ),
    "backbones": Verb("Data and networks", "List the pretrained networks.", ("regraft backbones",)),
    "new": Verb(
        "Data and networks",
        "Write a commented file to begin with: a network of your own.",
        ("regraft new model my_network.py",),
    ),
    "cache": Verb(
        "Look after",
        "Look at, verify, merge or clear the features that are kept.",
        ("regraft cache info", "regraft cache verify", "regraft cache merge /other/cache", "regraft cache clear"),
    ),
    "doctor": Verb(
        "Look after", "Say what this machine offers, and which engine is used and why.", ("regraft doctor",)
    ),
    "slim": Verb(
        "From TF-Slim",
        "TF-Slim's command lines: its programs and flags, on these verbs.",
        (
            "regraft slim train_image_classifier --help",
            "regraft slim train_image_classifier --train_dir=runs/flowers --dataset_dir=flowers "
            "--model_name=inception_v3 --checkpoint_path=inception_v3.ckpt --trainable_scopes=InceptionV3/Logits",
            "regraft slim eval_image_classifier --checkpoint_path=runs/flowers --dataset_dir=flowers "
            "--dataset_split_name=validation",
        ),
    ),
}


def summary_of(name: str) -> str:
    """What help pages say of a verb, with the extra that it needs."""
    return VERBS[name].summary + extra_mark(VERB_EXTRAS.get(name))


BEGINNINGS = frozenset((*VERBS, "--help", "-h", "--version"))
"""What a command line may begin with."""
