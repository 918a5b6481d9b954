"""What predicts and does not train: runtimes for the ONNX file that
`python -m snippets convert` writes. A module each, with the same function;
peers.toml says what they are called."""
