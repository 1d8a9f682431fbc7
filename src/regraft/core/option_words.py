"""What other tools call our options, and what they have that is not needed here."""

from __future__ import annotations

_WORDS: tuple[tuple[str, str], ...] = (
    ("learning_rate rates", "learning_rate rates lr rate learn_rate learningrate base_lr max_lr peak_lr lr0 eta"),
    ("batch_size", "bs b batch batchsize train_batch_size minibatch mini_batch_size"),
    ("epochs", "epoch n_epochs num_epochs max_epochs nb_epochs e n_epoch iterations"),
    ("steps", "max_steps num_steps n_steps max_iter iters train_steps"),
    (
        "backbone backbones",
        "backbone backbones model arch architecture network net encoder model_name backbone_name base_model m",
    ),
    ("checkpoint", "weights ckpt checkpoint_path pretrained_weights weights_path load state_dict"),
    ("init", "pretrained from_scratch scratch no_pretrained imagenet"),
    (
        "out folder name runs",
        "out folder output o output_dir out_dir outdir save_dir dest destination save output_folder output_path "
        "save_path project logdir log_dir run_dir results results_dir target_dir",
    ),
    ("name", "run_name experiment exp_name experiment_name title run"),
    (
        "test_fraction",
        "test_size test_split split_ratio holdout hold_out test_ratio test_pct train_fraction train_size train_split",
    ),
    (
        "validation_fraction test_fraction",
        "val_split validation_split val_fraction val_size valid_size val_ratio valid_pct validation_size val_pct",
    ),
    ("weight_decay", "wd decay l2 l2_penalty weightdecay"),
    ("n_strengths", "c reg alpha regularization regularisation strength strengths l2_regularization lambda cs"),
    ("optimizer", "opt optim solver optimiser"),
    ("schedule", "sched scheduler lr_scheduler lr_schedule lr_policy annealing"),
    (
        "image_size",
        "img_size imgsz imagesize image_width image_height input_size input_shape size resolution img height width sz "
        "target_size crop_size",
    ),
    ("resize", "crop resize_mode fit letterbox interpolation pad padding squash"),
    ("head heads", "head heads classifier clf head_type classification_head svm softmax estimator"),
    ("augmentation", "augment aug augmentations transforms transform data_augmentation augs flip policy"),
    (
        "from_stage",
        "freeze unfreeze frozen freeze_until unfreeze_from trainable_layers trainable_scopes freeze_backbone freeze_at "
        "finetune_from stage",
    ),
    ("seed", "random_state random_seed manual_seed rng rng_seed"),
    (
        "n_folds ladder_folds judging_folds",
        "n_folds ladder_folds judging_folds folds cv k_folds kfold n_splits cross_validation num_folds",
    ),
    ("patience", "early_stopping early_stop early_stopping_patience stop_after"),
    ("warmup", "warmup_epochs warmup_steps warmup_ratio warm_up"),
    ("clip_norm", "clip grad_clip max_norm gradient_clip clip_grad max_grad_norm clip_gradient"),
    ("label_smoothing", "label_smooth smoothing ls"),
    ("dropout", "drop dropout_rate drop_rate dropout_keep_prob"),
    ("drop_path", "stochastic_depth drop_path_rate"),
    ("accumulate", "grad_accum accumulation accumulate_grad_batches gradient_accumulation_steps grad_accumulation"),
    ("momentum", "beta beta1 mom"),
    ("trials", "n_trials num_trials max_trials max_evals"),
    ("top_k", "k topk top top_n n_top"),
    ("group_by", "group groups group_column groupby patient_id by"),
    ("label_column", "label labels target label_col class_column target_column label_name"),
    ("path_column", "image_column path_col filename_column file_column x_col image_col filename_col"),
    ("root", "image_root image_dir images_dir img_dir base_dir images_folder"),
    ("class_weight", "class_weights balanced weighted balance class_balanced imbalance"),
    ("layer", "layers feature_layer tap features pooling"),
    ("loss", "criterion loss_fn loss_function objective"),
    ("ema", "ema_decay model_ema swa average"),
    ("metric", "metrics scorer scoring"),
    ("precision", "fp16 amp half bf16 mixed_precision dtype fp32 float16 bfloat16"),
    ("device", "gpu gpus cuda cpu no_cuda use_gpu accelerator gpu_id devices mps"),
    ("engine", "backend runtime"),
    ("format to", "json csv fmt output_format as_json output_type"),
    ("budget", "time time_limit max_time minutes time_budget timeout"),
    ("compile", "torch_compile jit"),
    ("histograms", "tensorboard tb"),
    ("trust_code", "trust_remote_code allow_code unsafe"),
    ("split", "subset partition"),
    ("decode", "check verify fast quick"),
    ("archives", "archive downloads download_dir"),
    ("over", "space search_space grid param_grid"),
)
"""Options, and other tools' words for them."""

_NOT_NEEDED: tuple[tuple[str, str], ...] = (
    (
        "images are decoded in threads, as many as the machine has cores",
        "workers num_workers n_workers j n_jobs num_threads n_threads nproc dataloader_workers jobs threads",
    ),
    (
        "the data set is named without an option, behind the verb",
        "data data_dir dataset input source path train_dir train i data_path dataset_dir folder_path images d dir "
        "input_dir input_path image_folder",
    ),
    (
        "splits are read from the data set: folders train, val and test in its folder, or a table's column split",
        "val_dir test_dir valid_dir val_path test_path validation_dir valid val test",
    ),
    (
        "the classes are those of the data set",
        "num_classes n_classes classes nb_classes class_names number_of_classes classnames",
    ),
    ("the same command, given again, goes on where it was stopped", "resume continue restart resume_from last"),
    ("no run is overwritten: give another --name, or remove its folder", "force overwrite exist_ok f yes clean"),
    (
        "a terminal shows a bar, a log gets lines; errors in full: --debug",
        "verbose v vv quiet q silent log_level loglevel progress no_progress verbosity log",
    ),
    ("means and deviations are those that the network's weights want", "mean std normalize normalise norm_mean"),
    ("everything is read from options, nothing from a file", "config cfg config_file yaml conf"),
    ("order and views are drawn anew in each epoch, from --seed", "shuffle"),
    ("features are kept in the cache by themselves: see regraft cache", "cache cache_dir no_cache cache_path"),
    ("the best epoch is kept by itself", "save_best save_best_only save_every save_freq checkpoint_freq"),
)
"""Why there is no such option, and what it is called elsewhere."""

SYNONYMS: dict[str, tuple[str, ...]] = {word: tuple(names.split()) for names, words in _WORDS for word in words.split()}
"""Options that other tools' words may mean, the likeliest first."""
REASONS: dict[str, str] = {word: reason for reason, words in _NOT_NEEDED for word in words.split()}
"""Why some words mean no option here."""
