"""TF-Slim's flags, as TensorFlow read them."""

from __future__ import annotations

import pytest

from regraft.core import OptionError, SilentProgress
from regraft.slim import COMMON_FLAGS, PROGRAMS, run_program
from regraft.slim.flags import Flag, parse_flags, told

FLAGS = (
    Flag(name="steps", kind="integer", default=None, state="done", here="steps."),
    Flag(name="rate", kind="number", default=0.01, state="done", here="rate."),
    Flag(name="sync", kind="switch", default=False, state="done better", here="Always.", is_told=True),
    Flag(name="notes", kind="text", default="", state="done", here="notes."),
    Flag(name="delay", kind="integer", default=-1, state="not", here="Not here.", stops=True),
)


def parsed(*tokens):
    return parse_flags(tokens, FLAGS, {"eval_dir": "It is another program's."})


@pytest.mark.parametrize(
    ("tokens", "name", "value"),
    [
        (["--steps=5"], "steps", 5),
        (["--steps", "5"], "steps", 5),
        (["-steps=5"], "steps", 5),
        (["--steps=None"], "steps", None),
        (["--rate=1e-4"], "rate", 1e-4),
        (["--rate=-0.5"], "rate", -0.5),
        (["--rate", "-0.5"], "rate", -0.5),
        (["--sync"], "sync", True),
        (["--nosync"], "sync", False),
        (["--sync=True"], "sync", True),
        (["--sync=0"], "sync", False),
        (["--sync", "True"], "sync", True),
        (["--sync", "false"], "sync", False),
        (["--sync", "--steps=1"], "sync", True),
        (["-sync"], "sync", True),
        (["-nosync"], "sync", False),
        (["--steps=0x10"], "steps", 16),
        (["--steps=010"], "steps", 10),
        (["--steps=5", "--"], "steps", 5),
        (["--notes=a=b"], "notes", "a=b"),
        (["--notes", "--sync"], "notes", "--sync"),
        (["--delay=-1"], "delay", -1),
        ([], "rate", 0.01),
    ],
)
def test_flags_are_written_in_many_ways(tokens, name, value):
    """With one dash or two, joined or not, switches with `no` in front."""
    given = parsed(*tokens)
    assert given.values[name] == value
    assert given.is_given(name) == bool(tokens)


@pytest.mark.parametrize(
    ("tokens", "why"),
    [
        (["--stepz=5"], "Did you mean --steps"),
        (["--eval_dir=x"], "It is another program's"),
        (["steps=5"], "is no flag"),
        (["--steps"], "has no value"),
        (["--steps=many"], "must be a whole number"),
        (["--steps=1.5"], "must be a whole number"),
        (["--sync=perhaps"], "must be true or false"),
        (["--delay=10"], "cannot be used here. Not here."),
        (["--nosteps"], "TF-Slim has no flag --nosteps"),
        (["--nosync=true"], "--nosync takes no value. Write --sync=true or --sync=false"),
        (["--nosync", "True"], "--nosync takes no value"),
        (["--sync", "perhaps"], "'perhaps' is no flag"),
        (["--", "photo.jpg"], "Behind -- stands 'photo.jpg'"),
        (["-"], "is no flag"),
        (["---steps=5"], "TF-Slim has no flag ---steps"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(tokens, why):
    """Unknown flags have suggestions, values of another kind are named."""
    with pytest.raises(OptionError, match=why):
        parsed(*tokens)


def test_what_is_done_otherwise_is_told_when_it_is_given():
    """Not for flags that were left alone, or given their default."""
    assert told(parsed("--sync"), FLAGS) == ["--sync: Always."]
    assert told(parsed("--nosync"), FLAGS) == told(parsed(), FLAGS) == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_flag_has_its_default_and_its_word(name):
    """No flag stands twice; defaults are of their kind; `here` is a sentence."""
    flags = PROGRAMS[name].flags
    assert len({flag.name for flag in flags}) == len(flags)
    kinds = {"text": str, "integer": int, "number": (int, float), "switch": bool}
    for flag in flags:
        assert flag.default is None or isinstance(flag.default, kinds[flag.kind]), flag.name
        assert flag.here.endswith("."), flag.name


def test_all_of_tf_slims_flags_are_there():
    """The names of its four programs, as its sources have them."""
    wanted = {
        "train_image_classifier": (
            "master train_dir num_clones clone_on_cpu worker_replicas num_ps_tasks num_readers "
            "num_preprocessing_threads log_every_n_steps save_summaries_secs save_interval_secs task weight_decay "
            "optimizer adadelta_rho adagrad_initial_accumulator_value adam_beta1 adam_beta2 opt_epsilon "
            "ftrl_learning_rate_power ftrl_initial_accumulator_value ftrl_l1 ftrl_l2 momentum rmsprop_momentum "
            "rmsprop_decay quantize_delay learning_rate_decay_type learning_rate end_learning_rate label_smoothing "
            "learning_rate_decay_factor num_epochs_per_decay sync_replicas replicas_to_aggregate moving_average_decay "
            "dataset_name dataset_split_name dataset_dir labels_offset model_name preprocessing_name batch_size "
            "train_image_size max_number_of_steps use_grayscale checkpoint_path checkpoint_exclude_scopes "
            "trainable_scopes ignore_missing_vars"
        ),
        "eval_image_classifier": (
            "batch_size max_num_batches master checkpoint_path eval_dir num_preprocessing_threads dataset_name "
            "dataset_split_name dataset_dir labels_offset model_name preprocessing_name moving_average_decay "
            "eval_image_size quantize use_grayscale"
        ),
        "export_inference_graph": (
            "model_name is_training image_size batch_size dataset_name labels_offset output_file dataset_dir quantize "
            "is_video_model num_frames write_text_graphdef use_grayscale"
        ),
        "download_and_convert_data": (
            "dataset_name dataset_dir small_object_area_threshold foreground_class_of_interest"
        ),
    }
    for program, names in wanted.items():
        assert set(names.split()) <= {flag.name for flag in PROGRAMS[program].flags}


def told_by(*tokens):
    """What a program says that only reads its flags."""
    said = []
    run_program("train_image_classifier", [*tokens, "--only_check_args"], progress=SilentProgress(), say=said.append)
    return said


@pytest.mark.parametrize(
    "tokens",
    [
        ["--alsologtostderr"],
        ["--logtostderr", "--nologtostderr"],
        ["--verbosity=1", "-v", "2"],
        ["--stderrthreshold=info", "--log_dir=/tmp", "--noshowprefixforinfo"],
    ],
)
def test_the_flags_of_absl_are_every_programs(tokens):
    """Those of logging are not needed, and cost no word."""
    assert told_by(*tokens) == ["The flags can be read. Nothing was done (--only_check_args)."]


def test_what_absl_would_have_done_and_is_not_done_is_told():
    """With what does it natively; and what may be unknown is named."""
    assert "cProfile" in told_by("--run_with_profiling")[0]
    said = told_by("--undefok=colour,size", "--colour=red", "--nosize")
    assert said[:2] == [
        "Note: --colour=red is unknown and left out, as --undefok says.",
        "Note: --nosize is unknown and left out, as --undefok says.",
    ]


@pytest.mark.parametrize("token", ["--help", "-help", "--helpshort", "-helpfull", "--helpfull=true", "-h", "--helpxml"])
def test_help_is_asked_for_in_absls_ways(token):
    """The program's own flags, then those of every program."""
    said = []
    run_program("label_image.py", ["--graph=x", token], progress=SilentProgress(), say=said.append)
    text = "\n".join(said)
    assert "--input_layer" in text
    assert "--flagfile" in text


def test_no_flag_of_every_program_is_a_programs_own():
    """They would shadow each other."""
    common = {flag.name for flag in COMMON_FLAGS}
    assert not any(common & {flag.name for flag in program.flags} for program in PROGRAMS.values())
