/* Crop and resize 8-bit pixels in two passes, horizontal first, with the very numbers of Pillow's Image.resize.
 *
 * Pillow weighs with 22-bit fixed-point coefficients and rounds to 8 bits between the passes; so does this. The
 * difference is the order of the loops: the picture is transposed around the horizontal pass, so that in both passes
 * neighbouring bytes share a coefficient and the compiler's vector instructions apply. A test compares every byte with
 * Pillow. Without this module Pillow does the work: the same pixels, four times slower.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define N_FRACTION_BITS 22
#define N_LANES 256

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define FOR_EACH_PROCESSOR
#endif

typedef struct {
    int n_taps_max;
    int *first;       /* per output: the first input that counts */
    int *n_taps;      /* per output: how many count */
    int32_t *weights; /* n_taps_max per output, fixed point */
} Taps;

/* ---- filters: timm's and Pillow's names; the cubic is Keys's with a = -1/2 ------------------------------------- */

static double bilinear(double x) {
    x = fabs(x);
    return x < 1 ? 1 - x : 0;
}

static double bicubic(double x) {
    const double a = -0.5;
    x = fabs(x);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
    return 0;
}

static double sinc(double x) {
    if (x == 0) return 1;
    x *= 3.14159265358979323846;
    return sin(x) / x;
}

static double lanczos(double x) { return -3 <= x && x < 3 ? sinc(x) * sinc(x / 3) : 0; }

static const struct {
    double (*function)(double);
    double support;
} FILTERS[] = {{bilinear, 1}, {bicubic, 2}, {lanczos, 3}};

static void free_taps(Taps *taps) {
    free(taps->first);
    free(taps->n_taps);
    free(taps->weights);
}

/* The taps that make `n_out` pixels of the inputs from `low` to `high` (single precision, as in Pillow); 0, or -1
 * without memory. */
static int make_taps(Taps *taps, int n_in, float low, float high, int n_out, int filter) {
    const double scale = (double)(high - low) / n_out;
    const double widening = scale < 1 ? 1 : scale;
    const double support = FILTERS[filter].support * widening, narrowing = 1 / widening;
    taps->n_taps_max = (int)ceil(support) * 2 + 1;
    double *row = malloc(sizeof(double) * taps->n_taps_max);
    taps->first = malloc(sizeof(int) * n_out);
    taps->n_taps = malloc(sizeof(int) * n_out);
    taps->weights = calloc((size_t)n_out * taps->n_taps_max, sizeof(int32_t));
    if (!row || !taps->first || !taps->n_taps || !taps->weights) {
        free(row);
        return -1;
    }
    for (int out = 0; out < n_out; out++) {
        const double center = low + (out + 0.5) * scale;
        int first = (int)(center - support + 0.5), last = (int)(center + support + 0.5);
        if (first < 0) first = 0;
        if (last > n_in) last = n_in;
        double sum = 0;
        for (int tap = 0; tap < last - first; tap++) {
            row[tap] = FILTERS[filter].function((tap + first - center + 0.5) * narrowing);
            sum += row[tap];
        }
        for (int tap = 0; tap < last - first; tap++) {
            const double weight = (sum != 0 ? row[tap] / sum : row[tap]) * (1 << N_FRACTION_BITS);
            taps->weights[(size_t)out * taps->n_taps_max + tap] = (int32_t)(weight < 0 ? weight - 0.5 : weight + 0.5);
        }
        taps->first[out] = first;
        taps->n_taps[out] = last - first;
    }
    free(row);
    return 0;
}

/* Drop the inputs that no output needs: returns the first one that is needed, and how many are. */
static int trim_taps(Taps *taps, int n_out, int *n_needed) {
    int start = INT_MAX, stop = 0;
    for (int out = 0; out < n_out; out++) {
        if (taps->first[out] < start) start = taps->first[out];
        if (taps->first[out] + taps->n_taps[out] > stop) stop = taps->first[out] + taps->n_taps[out];
    }
    for (int out = 0; out < n_out; out++) taps->first[out] -= start;
    *n_needed = stop - start;
    return start;
}

/* ---- pixels ----------------------------------------------------------------------------------------------------- */

static inline uint8_t to_byte(int32_t value) {
    value >>= N_FRACTION_BITS;
    return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
}

/* (n_in, n_bytes) to (n_out, n_bytes): every output row is a weighted sum of input rows. */
FOR_EACH_PROCESSOR
static void weigh_rows(const uint8_t *restrict in, uint8_t *restrict out, const Taps *taps, int n_out, size_t n_bytes) {
    int32_t sums[N_LANES];
    for (int row = 0; row < n_out; row++) {
        const int32_t *weights = taps->weights + (size_t)row * taps->n_taps_max;
        const uint8_t *rows = in + taps->first[row] * n_bytes;
        uint8_t *result = out + row * n_bytes;
        for (size_t start = 0; start < n_bytes; start += N_LANES) {
            const int n = n_bytes - start < N_LANES ? (int)(n_bytes - start) : N_LANES;
            for (int lane = 0; lane < n; lane++) sums[lane] = 1 << (N_FRACTION_BITS - 1);
            for (int tap = 0; tap < taps->n_taps[row]; tap++) {
                const int32_t weight = weights[tap];
                const uint8_t *bytes = rows + tap * n_bytes + start;
                for (int lane = 0; lane < n; lane++) sums[lane] += weight * bytes[lane];
            }
            for (int lane = 0; lane < n; lane++) result[start + lane] = to_byte(sums[lane]);
        }
    }
}

/* (height, width, channels), rows `stride` bytes apart, to (width, height, channels), in tiles that stay in cache.
 * A pixel of three bytes moves as four: the next one overwrites the fourth, the last of a run moves byte by byte. */
FOR_EACH_PROCESSOR
static void transpose(const uint8_t *restrict in, size_t stride, uint8_t *restrict out, int height, int width,
                      int channels) {
    enum { TILE = 64 };
    for (int top = 0; top < height; top += TILE)
        for (int left = 0; left < width; left += TILE) {
            const int bottom = top + TILE < height ? top + TILE : height;
            const int right = left + TILE < width ? left + TILE : width;
            for (int column = left; column < right; column++) {
                const uint8_t *from = in + top * stride + (size_t)column * channels;
                uint8_t *to = out + ((size_t)column * height + top) * channels;
                int row = top;
                if (channels == 3)
                    for (; row < bottom - 1; row++, from += stride, to += 3) memcpy(to, from, 4);
                for (; row < bottom; row++, from += stride)
                    for (int channel = 0; channel < channels; channel++) *to++ = from[channel];
            }
        }
}

static int resample(const uint8_t *in, int height, int width, int channels, const float *box, int filter, uint8_t *out,
                    int out_height, int out_width) {
    Taps across = {0}, down = {0};
    uint8_t *one = NULL, *two = NULL;
    int failed = make_taps(&across, width, box[0], box[2], out_width, filter) ||
                 make_taps(&down, height, box[1], box[3], out_height, filter);
    if (!failed) {
        int n_columns, n_rows;
        const int left = trim_taps(&across, out_width, &n_columns), top = trim_taps(&down, out_height, &n_rows);
        const size_t stride = (size_t)width * channels, column_bytes = (size_t)n_rows * channels;
        one = malloc(column_bytes * (n_columns > out_width ? n_columns : out_width));
        two = malloc(column_bytes * out_width);
        failed = !one || !two;
        if (!failed) {
            transpose(in + top * stride + (size_t)left * channels, stride, one, n_rows, n_columns, channels);
            weigh_rows(one, two, &across, out_width, column_bytes);
            transpose(two, column_bytes, one, out_width, n_rows, channels);
            weigh_rows(one, out, &down, out_height, (size_t)out_width * channels);
        }
    }
    free(one);
    free(two);
    free_taps(&across);
    free_taps(&down);
    return failed;
}

/* ---- Python ----------------------------------------------------------------------------------------------------- */

static int is_valid(const Py_buffer *in, int height, int width, int channels, const float *box, int filter,
                    const Py_buffer *out, int out_height, int out_width) {
    enum { N_PIXELS_A_SIDE_MAX = 1 << 20 };
    return (channels == 1 || channels == 3) && 0 <= filter && filter < (int)(sizeof FILTERS / sizeof *FILTERS) &&
           0 < height && height <= N_PIXELS_A_SIDE_MAX && 0 < width && width <= N_PIXELS_A_SIDE_MAX &&
           0 < out_height && out_height <= N_PIXELS_A_SIDE_MAX && 0 < out_width && out_width <= N_PIXELS_A_SIDE_MAX &&
           (int64_t)in->len == (int64_t)height * width * channels &&
           (int64_t)out->len == (int64_t)out_height * out_width * channels &&
           0 <= box[0] && box[0] < box[2] && box[2] <= width && 0 <= box[1] && box[1] < box[3] && box[3] <= height;
}

static PyObject *py_resample(PyObject *Py_UNUSED(module), PyObject *arguments) {
    Py_buffer in, out;
    int height, width, channels, filter, out_height, out_width;
    float box[4];
    if (!PyArg_ParseTuple(arguments, "y*iii(ffff)iw*ii", &in, &height, &width, &channels, box, box + 1, box + 2,
                          box + 3, &filter, &out, &out_height, &out_width))
        return NULL;
    int is_sound = is_valid(&in, height, width, channels, box, filter, &out, out_height, out_width), failed = 0;
    if (is_sound) {
        Py_BEGIN_ALLOW_THREADS
        failed = resample(in.buf, height, width, channels, box, filter, out.buf, out_height, out_width);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&in);
    PyBuffer_Release(&out);
    if (!is_sound) {
        PyErr_SetString(PyExc_ValueError, "The sizes do not fit the buffers, or the box is not inside the picture.");
        return NULL;
    }
    if (failed) return PyErr_NoMemory();
    Py_RETURN_NONE;
}

static PyMethodDef METHODS[] = {
    {"resample", py_resample, METH_VARARGS,
     "resample(pixels, height, width, channels, box, filter, out, out_height, out_width): see resizing.py"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef MODULE = {
    PyModuleDef_HEAD_INIT, .m_name = "_resample", .m_doc = "Resizing, as Pillow does it, four times faster.",
    .m_size = 0, .m_methods = METHODS,
};

PyMODINIT_FUNC PyInit__resample(void) { return PyModule_Create(&MODULE); }
