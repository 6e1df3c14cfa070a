<?php
// A segment, a set and a queue by one key; numbers are taken from the queue for ever.
$key = intval($argv[1]);
$segment = shm_attach($key, 4 << 20, 0600);
$set = sem_get($key, 1, 0600, false);
$queue = msg_get_queue($key, 0600);
shm_put_var($segment, 1, 0);
while (msg_receive($queue, 0, $type, 4096, $message, false))
    ;
exit(1);
