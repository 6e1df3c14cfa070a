#include "replay/moves.h"

void moves_init(struct moves *m)
{
    *m = (struct moves){0};
    pthread_mutex_init(&m->lock, NULL);
}

void moves_clear(struct moves *m)
{
    pthread_mutex_destroy(&m->lock);
}

void moves_add(struct moves *m, const struct move *move)
{
    pthread_mutex_lock(&m->lock);
    int before = m->any && m->to.to == MOVE_BY && move->to == MOVE_BY ? m->to.by : 0;

    m->to = *move;
    m->to.by += before;
    m->any = true;
    if (move->to == MOVE_PLAY)
        m->speed = move->speed;
    else if (move->to == MOVE_BY)
        m->speed = 0;
    pthread_mutex_unlock(&m->lock);
}

struct way moves_take(struct moves *m, bool shown, bool follows)
{
    pthread_mutex_lock(&m->lock);
    const struct move move = m->to;
    struct way way = {.moved = m->any, .time = move.time, .by = 1, .speed = m->speed};
    m->any = false;
    pthread_mutex_unlock(&m->lock);
    if (way.moved && move.to == MOVE_TIME) {
        way.to = WAY_TIME;
    } else if (!shown) {
        way.to = WAY_BEGIN;
    } else if (way.moved && move.to == MOVE_BY) {
        way.to = WAY_STEPS;
        way.by = move.by;
    } else if (way.speed > 0 && !way.moved) {
        way.to = WAY_PLAY;
    } else if (!follows) {
        way.to = WAY_STEPS;
    }
    return way;
}

double moves_speed(struct moves *m)
{
    pthread_mutex_lock(&m->lock);
    double speed = m->speed;
    pthread_mutex_unlock(&m->lock);
    return speed;
}
