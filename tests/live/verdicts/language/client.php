<?php
// COUNT times: the number in the segment grows under the lock, and is sent. `lock`: dies with the lock.
$key = intval($argv[1]);
$segment = shm_attach($key, 4 << 20, 0600);
$set = sem_get($key, 1, 0600, false);
$queue = msg_get_queue($key, 0600);
if ($argv[2] === "lock") {
    sem_acquire($set);
    echo "locked\n";
    sleep(1000);
}
for ($i = 0; $i < intval($argv[2]); $i++) {
    if (!sem_acquire($set))
        exit(1);
    shm_put_var($segment, 1, shm_get_var($segment, 1) + 1);
    sem_release($set);
    if (!msg_send($queue, 1, str_repeat("x", 400), false))
        exit(1);
}
