"""Regraft: a folder of labelled images in, a measured classifier out."""
