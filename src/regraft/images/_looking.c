/* What a look counts in pixels, in one pass and in whole numbers, so that NumPy can find the very same.
 *
 * Luminance is Rec. 601's in 16-bit fixed point, as Pillow converts RGB to L. Without this module NumPy and Pillow do the
 * work (looking.py): the same numbers, about ten times slower. A test compares all of them.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define FOR_EACH_PROCESSOR
#endif

typedef struct {
    int64_t n, sum, squares; /* of luminance */
    int64_t darkest, brightest;
    int64_t n_laplacian, laplacian_sum, laplacian_squares;
} Levels;

typedef struct {
    int64_t sums[3], inner_sums[3], saturation;
} Colours;

FOR_EACH_PROCESSOR
static void to_luminance(const uint8_t *restrict rgb, uint8_t *restrict luminance, int n) {
    for (int place = 0; place < n; place++)
        luminance[place] =
            (uint8_t)((rgb[3 * place] * 19595 + rgb[3 * place + 1] * 38470 + rgb[3 * place + 2] * 7471 + 0x8000) >> 16);
}

/* Of one row between two others. A Laplacian is at most 1,020, its square below 2^21: a row of 4,096 fits into 64 bits
 * thousands of times over. */
FOR_EACH_PROCESSOR
static void add_laplacian(const uint8_t *restrict upper, const uint8_t *restrict row, const uint8_t *restrict lower,
                          int width, Levels *levels) {
    int64_t squares = 0;
    int32_t sum = 0;
    for (int x = 1; x < width - 1; x++) {
        const int32_t value = row[x - 1] + row[x + 1] + upper[x] + lower[x] - 4 * row[x];
        sum += value;
        squares += value * value;
    }
    levels->n_laplacian += width - 2;
    levels->laplacian_sum += sum;
    levels->laplacian_squares += squares;
}

/* The levels in some rows of (height, width, 3); `rows` are places between the first and the last row, or any rows of a
 * picture that is too small to have neighbours on all sides. Returns 0, or -1 without memory. */
static int measure_levels(const uint8_t *rgb, int height, int width, const int32_t *rows, int n_rows, Levels *levels) {
    const int has_neighbours = height > 2 && width > 2;
    const size_t stride = (size_t)width * 3;
    int64_t counts[256] = {0};
    uint8_t *lines = malloc((size_t)width * 3);
    if (!lines) return -1;
    uint8_t *upper = lines, *row = lines + width, *lower = lines + 2 * (size_t)width;
    for (int place = 0; place < n_rows; place++) {
        const uint8_t *from = rgb + rows[place] * stride;
        to_luminance(from, row, width);
        for (int x = 0; x < width; x++) counts[row[x]]++;
        if (!has_neighbours) continue;
        to_luminance(from - stride, upper, width);
        to_luminance(from + stride, lower, width);
        add_laplacian(upper, row, lower, width, levels);
    }
    free(lines);
    levels->n = (int64_t)n_rows * width;
    levels->darkest = levels->brightest = -1;
    int64_t passed = 0;
    for (int level = 0; level < 256; level++) {
        passed += counts[level];
        levels->sum += counts[level] * level;
        levels->squares += counts[level] * level * level;
        if (levels->darkest < 0 && 20 * passed >= levels->n) levels->darkest = level;
        if (levels->brightest < 0 && 20 * passed >= 19 * levels->n) levels->brightest = level;
    }
    return 0;
}

/* The colours of a square of `side` pixels, and its luminance. */
static void measure_colours(const uint8_t *rgb, int side, int border, uint8_t *luminance, Colours *colours) {
    to_luminance(rgb, luminance, side * side);
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            const uint8_t *pixel = rgb + 3 * (y * side + x);
            const int is_inner = border <= y && y < side - border && border <= x && x < side - border;
            uint8_t low = 255, high = 0;
            for (int channel = 0; channel < 3; channel++) {
                const uint8_t value = pixel[channel];
                colours->sums[channel] += value;
                if (is_inner) colours->inner_sums[channel] += value;
                if (value < low) low = value;
                if (value > high) high = value;
            }
            colours->saturation += high - low;
        }
}

/* ---- Python ----------------------------------------------------------------------------------------------------- */

static int is_valid(const Py_buffer *shown, int height, int width, const Py_buffer *rows, const Py_buffer *small,
                    int side, int border, const Py_buffer *thumbnail) {
    enum { N_PIXELS_A_SIDE_MAX = 1 << 14 };
    if (height < 1 || height > N_PIXELS_A_SIDE_MAX || width < 1 || width > N_PIXELS_A_SIDE_MAX || side < 1 ||
        side > N_PIXELS_A_SIDE_MAX || border < 0 || (int64_t)shown->len != (int64_t)height * width * 3 ||
        (int64_t)small->len != (int64_t)side * side * 3 || (int64_t)thumbnail->len != (int64_t)side * side ||
        rows->len % sizeof(int32_t) || rows->len / (Py_ssize_t)sizeof(int32_t) > height)
        return 0;
    const int edge = height > 2 && width > 2 ? 1 : 0;
    const int32_t *places = rows->buf;
    for (Py_ssize_t place = 0; place < rows->len / (Py_ssize_t)sizeof(int32_t); place++)
        if (places[place] < edge || places[place] >= height - edge) return 0;
    return 1;
}

static PyObject *py_measure(PyObject *Py_UNUSED(module), PyObject *arguments) {
    Py_buffer shown, rows, small, thumbnail;
    int height, width, side, border;
    if (!PyArg_ParseTuple(arguments, "y*iiy*y*iiw*", &shown, &height, &width, &rows, &small, &side, &border,
                          &thumbnail))
        return NULL;
    const int is_sound = is_valid(&shown, height, width, &rows, &small, side, border, &thumbnail);
    int failed = 0;
    Levels levels = {0};
    Colours colours = {0};
    if (is_sound) {
        Py_BEGIN_ALLOW_THREADS
        failed = measure_levels(shown.buf, height, width, rows.buf, (int)(rows.len / sizeof(int32_t)), &levels);
        measure_colours(small.buf, side, border, thumbnail.buf, &colours);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&shown);
    PyBuffer_Release(&rows);
    PyBuffer_Release(&small);
    PyBuffer_Release(&thumbnail);
    if (!is_sound) {
        PyErr_SetString(PyExc_ValueError, "The sizes do not fit the buffers, or a row is not inside the picture.");
        return NULL;
    }
    if (failed) return PyErr_NoMemory();
    return Py_BuildValue("(LLLLLLLL)(LLL)(LLL)L", levels.n, levels.sum, levels.squares, levels.darkest,
                         levels.brightest, levels.n_laplacian, levels.laplacian_sum, levels.laplacian_squares,
                         colours.sums[0], colours.sums[1], colours.sums[2], colours.inner_sums[0],
                         colours.inner_sums[1], colours.inner_sums[2], colours.saturation);
}

static PyMethodDef METHODS[] = {
    {"measure", py_measure, METH_VARARGS,
     "measure(shown, height, width, rows, small, side, border, thumbnail): see pixel_counts.py"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef MODULE = {
    PyModuleDef_HEAD_INIT, .m_name = "_looking", .m_doc = "What a look counts in pixels.", .m_size = 0,
    .m_methods = METHODS,
};

PyMODINIT_FUNC PyInit__looking(void) { return PyModule_Create(&MODULE); }
