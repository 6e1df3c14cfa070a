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

bool moves_take(struct moves *m, struct move *move, double *speed)
{
    pthread_mutex_lock(&m->lock);
    bool any = m->any;
    *move = m->to;
    *speed = m->speed;
    m->any = false;
    pthread_mutex_unlock(&m->lock);
    return any;
}

double moves_speed(struct moves *m)
{
    pthread_mutex_lock(&m->lock);
    double speed = m->speed;
    pthread_mutex_unlock(&m->lock);
    return speed;
}
