"""`regraft sweep`: a search over options of finetune, shared by processes, judged by folds of the training images."""
