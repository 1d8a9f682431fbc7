"""Saved classifiers behind HTTP: bounded in everything, with the answers of `predict`.

A request passes the gate (may it come in, is there room), is read, seen by a decoding thread, answered by an engine
thread, and told. What decides about requests lies in `gate`, `admission` and `tokens`; what computes in `scheduler`;
which classifiers there are in `shelf`; all that is HTTP in `about_routes`, `predict_route`, `docs_page`, `bodies`,
`problems`, `timed_protocol` and `leaving`; what is a process in `running` and `uvicorn_server`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
