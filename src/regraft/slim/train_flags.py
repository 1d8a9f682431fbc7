"""The flags of train_image_classifier."""

from __future__ import annotations

from regraft.slim.flags import Flag, FlagValue, Kind, State


def _flag(
    name: str,
    kind: Kind,
    default: FlagValue,
    here: str,
    state: State = "done",
    *,
    told: bool = False,
    stops: bool = False,
) -> Flag:
    return Flag(name=name, kind=kind, default=default, state=state, here=here, is_told=told, stops=stops)


_SERVERS = (
    "There are no parameter servers: start `torchrun --nproc-per-node N -m regraft finetune ...` on each machine."
)
_NOT_NEEDED = "Not needed"
_OFF = False

TRAIN_FLAGS = (
    _flag("master", "text", "", _SERVERS, "not", stops=True),
    _flag(
        "train_dir",
        "text",
        None,
        "The run's folder. A run that was stopped goes on when the same command is given again; a finished one is left "
        "as it is, and other flags for it are an error that says how to train on. By default below runs/.",
        "done better",
    ),
    _flag(
        "num_clones",
        "integer",
        1,
        "One process for each device: `torchrun --nproc-per-node N -m regraft finetune ...`; here one is used.",
        "not",
        told=True,
    ),
    _flag("clone_on_cpu", "switch", _OFF, "--device cpu.", told=True),
    _flag("worker_replicas", "integer", 1, _SERVERS, "not", stops=True),
    _flag("num_ps_tasks", "integer", 0, _SERVERS, "not", stops=True),
    _flag("num_readers", "integer", 4, f"{_NOT_NEEDED}: all cores read.", "done better"),
    _flag("num_preprocessing_threads", "integer", 4, f"{_NOT_NEEDED}: all cores decode.", "done better"),
    _flag("log_every_n_steps", "integer", 10, "Every step is in log.jsonl and in TensorBoard's files.", "done better"),
    _flag(
        "save_summaries_secs",
        "integer",
        600,
        "Numbers are written at each step, histograms after each epoch (--histograms).",
        "done better",
    ),
    _flag("save_interval_secs", "integer", 600, "--checkpoint-every. The default is 10 seconds, where that is cheap."),
    _flag("task", "integer", 0, _SERVERS, "not", stops=True),
    _flag("weight_decay", "number", 0.00004, "--weight-decay."),
    _flag("optimizer", "text", "rmsprop", "--optimizer: rmsprop is timm's rmsproptf, momentum is sgd with Nesterov's."),
    _flag("adadelta_rho", "number", 0.95, "--optimizer-settings rho=."),
    _flag("adagrad_initial_accumulator_value", "number", 0.1, "--optimizer-settings initial_accumulator_value=."),
    _flag("adam_beta1", "number", 0.9, "--momentum."),
    _flag("adam_beta2", "number", 0.999, "--optimizer-settings beta2=."),
    _flag(
        "opt_epsilon",
        "number",
        1.0,
        "--epsilon. The default 1 is for rmsprop; with adam and adadelta, which it cripples, their own is used unless "
        "the flag is given.",
        "done better",
    ),
    _flag(
        "ftrl_learning_rate_power",
        "number",
        -0.5,
        "Only -0.5, that of the paper: use another optimizer.",
        "not",
        stops=True,
    ),
    _flag("ftrl_initial_accumulator_value", "number", 0.1, "--optimizer-settings initial_accumulator=."),
    _flag("ftrl_l1", "number", 0.0, "--optimizer-settings l1=."),
    _flag("ftrl_l2", "number", 0.0, "--optimizer-settings l2=."),
    _flag("momentum", "number", 0.9, "--momentum, of the momentum optimizer."),
    _flag("rmsprop_momentum", "number", 0.9, "--momentum, of rmsprop."),
    _flag("rmsprop_decay", "number", 0.9, "--optimizer-settings alpha=."),
    _flag(
        "quantize_delay",
        "integer",
        -1,
        "There is no training with simulated quantisation. Train first, quantise what was trained.",
        "not",
        stops=True,
    ),
    _flag(
        "learning_rate_decay_type",
        "text",
        "exponential",
        "--schedule: fixed, step (exponential was a staircase), polynomial. A polynomial runs over the whole training, "
        "and not over the first two epochs as num_epochs_per_decay made it.",
        "done better",
    ),
    _flag("learning_rate", "number", 0.01, "--learning-rate and --head-learning-rate, with --layer-decay 1."),
    _flag("end_learning_rate", "number", 0.0001, "--final-fraction: its part of the learning rate."),
    _flag("label_smoothing", "number", 0.0, "--label-smoothing."),
    _flag("learning_rate_decay_factor", "number", 0.94, "--decay-factor."),
    _flag("num_epochs_per_decay", "number", 2.0, "--decay-epochs."),
    _flag("sync_replicas", "switch", _OFF, "Always: gradients are added over all devices.", "done better"),
    _flag("replicas_to_aggregate", "integer", 1, "All of them, always.", "done better"),
    _flag("moving_average_decay", "number", None, "--ema. The averages are what is saved and judged.", "done better"),
    _flag("dataset_name", "text", "imagenet", "Which shards of dataset_dir; a folder of classes needs no name."),
    _flag(
        "dataset_split_name",
        "text",
        "train",
        "train. A split called validation judges the epochs, and the test split is measured at the end, or a part of "
        "train where there is none. A probe (the classifier alone) needs no judges: validation is its test.",
        "done better",
    ),
    _flag(
        "dataset_dir",
        "text",
        None,
        "TF-Slim's shards, WebDataset's, Parquet, or simply a folder with a folder of pictures for each class.",
        "done better",
    ),
    _flag("labels_offset", "integer", 0, f"{_NOT_NEEDED}: classes go by their names.", "done better"),
    _flag(
        "model_name",
        "text",
        "inception_v3",
        "--backbone: the network here that replaces it (regraft backbones --slim).",
    ),
    _flag(
        "preprocessing_name",
        "text",
        None,
        "--preprocessing: inception, vgg, cifarnet or lenet, or a network's name for its family's. By default what the "
        "weights want.",
        "done better",
    ),
    _flag("batch_size", "integer", 32, "--batch-size."),
    _flag("train_image_size", "integer", None, "--image-size."),
    _flag(
        "max_number_of_steps",
        "integer",
        None,
        "--steps. Where it is not given TF-Slim trained until it was killed; here it is the epochs of the native verb. "
        "A finished run is not trained on: begin from it, with --checkpoint_path, in another folder.",
        "done better",
    ),
    _flag(
        "use_grayscale",
        "switch",
        _OFF,
        "Not for networks that learnt from colours (in TF-Slim it failed for vgg and resnet); lenet is grey by itself, "
        "and a network of your own says colour='grey'.",
        "not",
        stops=True,
    ),
    _flag(
        "checkpoint_path",
        "text",
        None,
        "--checkpoint for a .safetensors or .pth file, --backbone for a run's folder (or model.ckpt-N in it: its best "
        "weights). TensorFlow's checkpoints are not read: the same weights, or the nearest, come from the network that "
        "replaces the model. Without a file: pretrained.",
        "done better",
    ),
    _flag(
        "checkpoint_exclude_scopes",
        "text",
        None,
        "The classifier never comes with the weights: a new head is fitted. Scopes of the body are an error.",
        "done better",
    ),
    _flag(
        "trainable_scopes",
        "text",
        None,
        "The classifier alone: a probe, truly frozen, batch norm too, and fitted to its optimum. Scopes of the body: "
        "--from-stage; none: the whole network. Without --checkpoint_path an error: they would stand behind weights "
        "that nobody trained.",
        "done better",
    ),
    _flag("ignore_missing_vars", "switch", _OFF, "Missing tensors are an error that names them.", "not", told=True),
)
