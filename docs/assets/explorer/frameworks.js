// Written by `python -m pages` from snippets/*/framework.toml.

/**
 * Whose order a layout is. A tensor's own name for one stands before it.
 * @type {Object<string, string>}
 */
export const NAMES = {
  "NHWC": "Keras, TensorFlow, JAX, MLX; PyTorch’s channels_last",
  "HWIO": "Keras, TensorFlow, JAX",
  "NCHW": "PyTorch, CNTK",
  "OIHW": "PyTorch, CNTK",
  "OHWI": "MLX; PyTorch’s channels_last",
  "dense HWCO": "Keras, TensorFlow, JAX: 3136×10",
  "flat NHWC": "Keras, TensorFlow, JAX, MLX: N×3136",
  "dense OCHW": "PyTorch: 10×3136",
  "flat NCHW": "PyTorch: N×3136",
  "dense OHWC": "MLX: 10×3136",
  "dense CHWO": "CNTK: 64×7×7×10"
};

/**
 * The orders that they have, of images, kernels and the dense layer's kernel.
 * @type {{image: string[], kernel: string[], dense: string[]}}
 */
export const ORDERS = {
  "image": [
    "NHWC",
    "NCHW"
  ],
  "kernel": [
    "HWIO",
    "OIHW",
    "OHWI"
  ],
  "dense": [
    "HWCO",
    "OCHW",
    "OHWC",
    "CHWO"
  ]
};

/**
 * How one moves an array `x` from one layout to another.
 * @typedef {object} Arrays
 * @property {string} name  the folder
 * @property {string} label
 * @property {string} module  whose reshape() and transpose() take x
 * @property {string} method  that transposes, where x has methods instead
 * @property {string} whole  around all of that, with {} in its place
 * @property {boolean} batchFirst  the batch is no axis that can be moved
 * @property {Object<string, string>} sameShape  "NCHW NHWC" → what moves the
 *   memory alone
 */

/** @type {Arrays[]} */
export const ARRAYS = [
  {
    "name": "keras3",
    "label": "Keras",
    "module": "keras.ops",
    "method": "",
    "whole": "{}",
    "batchFirst": false,
    "sameShape": {}
  },
  {
    "name": "pytorch2",
    "label": "PyTorch",
    "module": "",
    "method": "permute",
    "whole": "{}.contiguous()",
    "batchFirst": false,
    "sameShape": {
      "NCHW NHWC": "x.to(memory_format=torch.channels_last)",
      "OIHW OHWI": "x.to(memory_format=torch.channels_last)"
    }
  },
  {
    "name": "tensorflow2",
    "label": "TensorFlow",
    "module": "tf",
    "method": "",
    "whole": "{}",
    "batchFirst": false,
    "sameShape": {}
  },
  {
    "name": "jax_flax",
    "label": "JAX",
    "module": "jnp",
    "method": "",
    "whole": "{}",
    "batchFirst": false,
    "sameShape": {}
  },
  {
    "name": "mlx_nn",
    "label": "MLX",
    "module": "mx",
    "method": "",
    "whole": "mx.contiguous({})",
    "batchFirst": false,
    "sameShape": {}
  },
  {
    "name": "numpy_float64",
    "label": "NumPy",
    "module": "",
    "method": "transpose",
    "whole": "np.ascontiguousarray({})",
    "batchFirst": false,
    "sameShape": {}
  },
  {
    "name": "cntk2",
    "label": "CNTK",
    "module": "C",
    "method": "",
    "whole": "{}",
    "batchFirst": true,
    "sameShape": {}
  }
];
