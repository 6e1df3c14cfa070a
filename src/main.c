// Wires source → sampler → screen or output.
#include <locale.h>
#include <signal.h>
#include <stdio.h>

#include "linux/source.h"
#include "monitor.h"
#include "print.h"

static int run(const struct options *options, const struct requests *requests)
{
    bool screen = options->mode == MODE_SCREEN;
    struct linux_source *real = linux_source_new(&(struct linux_source_options){.proc = "/proc"});
    struct source source = linux_source_seam(real);
    struct sampler *sampler = sampler_new(
        &source, &(struct sampler_options){.interval = options->delay, .one_shot = !screen});
    int status = 1;

    if (!sampler) {
        fprintf(stderr, "ipctop: cannot start a thread\n");
    } else if (screen) {
        status = monitor_run(options, sampler);
    } else {
        signal(SIGPIPE, SIG_IGN); // told by the write: a quiet end
        status = print_run(options, requests, sampler);
    }
    // A thread that is stuck in a read still uses the source, until the process ends.
    if (!sampler || sampler_free(sampler) == 0)
        linux_source_free(real);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    struct requests requests;

    int status = options_parse(&options, argc, argv);
    if (status)
        return status;
    // Only what characters are: numbers keep their point. JSON is UTF-8 everywhere.
    if (options.mode != MODE_JSON)
        setlocale(LC_CTYPE, "");
    switch (options.mode) {
    case MODE_HELP:
        options_help();
        return 0;
    case MODE_VERSION:
        puts("ipctop " VERSION);
        return 0;
    case MODE_LIST_COLUMNS:
        print_columns(&options);
        return 0;
    case MODE_SCREEN:
    case MODE_JSON:
    case MODE_BATCH:
        break;
    }
    status = requests_build(&requests, &options);
    if (!status)
        status = run(&options, &requests);
    requests_free(&requests);
    return monitor_end(status);
}
