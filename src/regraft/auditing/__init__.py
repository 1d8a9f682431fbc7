"""What is wrong with a data set: features, looks, tables and out-of-fold probabilities in, findings out.

Arrays only: no files are read here, no image is decoded and no network runs. Nothing is imported before it is asked
for: most of it needs scikit-learn or scipy.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
