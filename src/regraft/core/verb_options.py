"""The names of every verb's options.

Written by `python tools/write_settings.py` from the options. Do not edit.
"""

from __future__ import annotations

_NAMES = {
    "audit": """
        trust_code backbone model checkpoint init layer image_size resize preprocessing engine precision device views
        group_by path_column label_column root split_folders metric normalisation n_strengths n_folds class_weight
        test_fraction seed runs name head fail_on decisions apply undo out
    """,
    "compare": """
        layer image_size resize preprocessing engine precision device views group_by path_column label_column root
        split_folders metric normalisation n_strengths n_folds class_weight test_fraction seed runs name private
        reject_rate coverage on address worker_threads backbones heads
    """,
    "curve": """
        trust_code backbone model checkpoint init layer image_size resize preprocessing engine precision device views
        group_by path_column label_column root split_folders metric normalisation n_strengths n_folds class_weight
        test_fraction seed runs name head repeats
    """,
    "datasets convert": """
        group_by path_column label_column root split_folders to out shards order reencode test_fraction seed threads
    """,
    "datasets get": """
        folder archives foreground_class small_object_area
    """,
    "embed": """
        trust_code backbone model checkpoint init layer image_size resize preprocessing engine precision device views
        group_by path_column label_column root split_folders on address worker_threads out part
    """,
    "evaluate": """
        trust_code group_by path_column label_column root split_folders metric map runs name split unknown weights watch
        wait
    """,
    "explain": """
        trust_code runs name occlusion
    """,
    "export": """
        trust_code group_by path_column label_column root split_folders to out precision max_drop table
    """,
    "finetune": """
        trust_code backbone model checkpoint init layer image_size resize preprocessing engine precision device group_by
        path_column label_column root split_folders metric normalisation n_strengths n_folds class_weight test_fraction
        seed layer_decay optimizer weight_decay momentum epsilon optimizer_settings groups clip_norm schedule warmup
        final_fraction decay_factor decay_epochs power dropout drop_path label_smoothing loss focal_gamma mixup cutmix
        ema epochs steps batch_size accumulate compile histograms checkpoint_every learning_rate head_learning_rate
        patience runs name private map reject_rate coverage head from_stage budget augmentation kept_views fresh_views
        batch_norm training_seed validation_fraction
    """,
    "predict": """
        trust_code server top_k unknown out format
    """,
    "pretrain": """
        trust_code backbone model checkpoint init layer image_size resize preprocessing engine precision device group_by
        path_column label_column root split_folders metric normalisation n_strengths n_folds class_weight test_fraction
        seed layer_decay optimizer weight_decay momentum epsilon optimizer_settings groups clip_norm schedule warmup
        final_fraction decay_factor decay_epochs power dropout drop_path label_smoothing loss focal_gamma mixup cutmix
        ema epochs steps batch_size accumulate compile histograms checkpoint_every learning_rate head_learning_rate
        patience runs name private map reject_rate coverage head from_stage budget augmentation kept_views fresh_views
        batch_norm training_seed validation_fraction
    """,
    "probe": """
        trust_code backbone model checkpoint init layer image_size resize preprocessing engine precision device views
        group_by path_column label_column root split_folders metric normalisation n_strengths n_folds class_weight
        test_fraction seed runs name head private map reject_rate coverage quality on address worker_threads
    """,
    "scan": """
        group_by path_column label_column root split_folders decode
    """,
    "serve": """
        trust_code host port tokens allowed_hosts queue max_files max_megabytes max_megapixels deadline log log_names
        renew header_seconds body_seconds max_connections
    """,
    "sweep": """
        trust_code backbone model checkpoint init layer image_size resize preprocessing engine precision device group_by
        path_column label_column root split_folders metric normalisation n_strengths n_folds class_weight test_fraction
        seed layer_decay optimizer weight_decay momentum epsilon optimizer_settings groups clip_norm schedule warmup
        final_fraction decay_factor decay_epochs power dropout drop_path label_smoothing loss focal_gamma mixup cutmix
        ema epochs steps batch_size accumulate compile histograms checkpoint_every learning_rate head_learning_rate
        patience runs name private map reject_rate coverage head from_stage budget augmentation kept_views fresh_views
        batch_norm training_seed validation_fraction over trials judging_folds jobs
    """,
    "train": """
        trust_code backbone model checkpoint init layer image_size resize preprocessing engine precision device group_by
        path_column label_column root split_folders metric normalisation n_strengths n_folds class_weight test_fraction
        seed layer_decay optimizer weight_decay momentum epsilon optimizer_settings groups clip_norm schedule warmup
        final_fraction decay_factor decay_epochs power dropout drop_path label_smoothing loss focal_gamma mixup cutmix
        ema epochs steps batch_size accumulate compile histograms checkpoint_every runs name private map reject_rate
        coverage head from_stage budget augmentation kept_views fresh_views batch_norm training_seed quality on address
        worker_threads rates ladder_folds
    """,
}

VERB_OPTIONS: dict[str, tuple[str, ...]] = {verb: tuple(names.split()) for verb, names in _NAMES.items()}
