/* The gradient of a depthwise convolution's weights, for float32 activations in channels-last order.
 *
 * A depthwise weight sees one channel only, so its gradient is a dot product of the channel's inputs with its output
 * gradients, shifted. Channels lie side by side in memory: sixteen of them make a vector, and a row of the kernel stays
 * in registers while it walks along a row of the image. PyTorch's library takes three to five times as long for kernels
 * of 5 x 5, a third of a fine-tuning step of EfficientNet (for 3 x 3 it is as fast); without this module it does the
 * work.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define N_LANES 16

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FOR_EACH_PROCESSOR
#endif

typedef struct {
    int n_images, channels, height, width, out_height, out_width, kernel, stride, padding;
} Shape;

typedef float Lanes __attribute__((vector_size(4 * N_LANES), aligned(4)));

/* Add to sums[K] what one row of outputs and one row of inputs give, for N_LANES channels. The interior of the row is
 * walked without a check; the compiler keeps `row` in registers. */
#define DEFINE_WALK(K)                                                                                         \
    FOR_EACH_PROCESSOR static void walk_##K(const Shape *shape, const float *input, const float *gradient,     \
                                            Lanes *sums) {                                                     \
        const ptrdiff_t channels = shape->channels;                                                            \
        const int stride = shape->stride, padding = shape->padding;                                            \
        Lanes row[K];                                                                                          \
        for (int k = 0; k < (K); k++) row[k] = sums[k];                                                        \
        for (int ox = 0; ox < shape->out_width; ox++) {                                                        \
            const int ix = ox * stride - padding;                                                              \
            const Lanes g = *(const Lanes *)(gradient + ox * channels);                                        \
            const float *x = input + ix * channels;                                                            \
            if (ix >= 0 && ix + (K) <= shape->width)                                                           \
                for (int k = 0; k < (K); k++) row[k] += g * *(const Lanes *)(x + k * channels);                \
            else                                                                                               \
                for (int k = 0; k < (K); k++)                                                                  \
                    if (ix + k >= 0 && ix + k < shape->width) row[k] += g * *(const Lanes *)(x + k * channels); \
        }                                                                                                      \
        for (int k = 0; k < (K); k++) sums[k] = row[k];                                                        \
    }

DEFINE_WALK(5)
DEFINE_WALK(7)

/* Gradients of the channels first ... end - 1, whole vectors, into out[channel][kernel][kernel]; 1 without memory.
 *
 * Rows are the outer loop: what a row of outputs needs of the inputs stays in the cache for the next one. */
static int weight_gradient(const Shape *shape, const float *inputs, const float *gradients, int first, int end,
                           float *out) {
    const int kernel = shape->kernel, n_taps = kernel * kernel;
    const size_t row_in = (size_t)shape->width * shape->channels, row_out = (size_t)shape->out_width * shape->channels;
    void (*const walk)(const Shape *, const float *, const float *, Lanes *) =
        kernel == 5 ? walk_5 : walk_7;
    float *sums = calloc((size_t)(end - first) * n_taps, sizeof *sums);
    if (!sums) return 1;
    for (int image = 0; image < shape->n_images; image++)
        for (int oy = 0; oy < shape->out_height; oy++) {
            const float *gradient = gradients + ((size_t)image * shape->out_height + oy) * row_out;
            const int top = oy * shape->stride - shape->padding;
            for (int channel = first; channel < end; channel += N_LANES)
                for (int ky = top < 0 ? -top : 0; ky < kernel && top + ky < shape->height; ky++)
                    walk(shape, inputs + ((size_t)image * shape->height + top + ky) * row_in + channel,
                         gradient + channel, (Lanes *)sums + (channel - first) / N_LANES * n_taps + ky * kernel);
        }
    for (int channel = first; channel < end; channel++)
        for (int tap = 0; tap < n_taps; tap++)
            out[(size_t)channel * n_taps + tap] =
                sums[((size_t)(channel - first) / N_LANES * n_taps + tap) * N_LANES + (channel - first) % N_LANES];
    free(sums);
    return 0;
}

/* ---- Python ----------------------------------------------------------------------------------------------------- */

static int is_valid(const Shape *shape, const Py_buffer *inputs, const Py_buffer *gradients, const Py_buffer *out,
                    int first, int end) {
    enum { SIDE_MAX = 1 << 16, CHANNELS_MAX = 1 << 20, IMAGES_MAX = 1 << 24 };
    const int k = shape->kernel;
    return (k == 5 || k == 7) && 0 < shape->stride && shape->stride <= 16 && 0 <= shape->padding &&
           shape->padding < k && 0 < shape->n_images && shape->n_images <= IMAGES_MAX && 0 < shape->channels &&
           shape->channels <= CHANNELS_MAX && 0 < shape->height && shape->height <= SIDE_MAX && 0 < shape->width &&
           shape->width <= SIDE_MAX && 0 < shape->out_height && 0 < shape->out_width &&
           shape->out_height == (shape->height + 2 * shape->padding - k) / shape->stride + 1 &&
           shape->out_width == (shape->width + 2 * shape->padding - k) / shape->stride + 1 &&
           (double)inputs->len == 4.0 * shape->n_images * shape->height * shape->width * shape->channels &&
           (double)gradients->len == 4.0 * shape->n_images * shape->out_height * shape->out_width * shape->channels &&
           (double)out->len == 4.0 * shape->channels * k * k && 0 <= first && first < end && end <= shape->channels &&
           first % N_LANES == 0 && end % N_LANES == 0;
}

static PyObject *py_weight_gradient(PyObject *Py_UNUSED(module), PyObject *arguments) {
    Py_buffer inputs, gradients, out;
    Shape shape;
    int first, end;
    if (!PyArg_ParseTuple(arguments, "y*y*w*(iiii)(ii)(iii)(ii)", &inputs, &gradients, &out, &shape.n_images,
                          &shape.height, &shape.width, &shape.channels, &shape.out_height, &shape.out_width,
                          &shape.kernel, &shape.stride, &shape.padding, &first, &end))
        return NULL;
    const int is_sound = is_valid(&shape, &inputs, &gradients, &out, first, end);
    int failed = 0;
    if (is_sound) {
        Py_BEGIN_ALLOW_THREADS
        failed = weight_gradient(&shape, inputs.buf, gradients.buf, first, end, out.buf);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&inputs);
    PyBuffer_Release(&gradients);
    PyBuffer_Release(&out);
    if (!is_sound) {
        PyErr_SetString(PyExc_ValueError, "The sizes do not fit the buffers, or such a convolution is not known here.");
        return NULL;
    }
    if (failed) return PyErr_NoMemory();
    Py_RETURN_NONE;
}

static PyMethodDef METHODS[] = {
    {"weight_gradient", py_weight_gradient, METH_VARARGS,
     "weight_gradient(inputs, gradients, out, (n, h, w, c), (out_h, out_w), (kernel, stride, padding), (first, end))"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef MODULE = {
    PyModuleDef_HEAD_INIT, .m_name = "_depthwise", .m_doc = "The weight gradient of depthwise convolutions.",
    .m_size = 0, .m_methods = METHODS,
};

PyMODINIT_FUNC PyInit__depthwise(void) { return PyModule_Create(&MODULE); }
