# COUNT times: the number in the segment grows under the lock, and is sent. `lock`: dies with the lock.
use strict;
use warnings;
use IPC::Msg;
use IPC::Semaphore;
use IPC::SharedMem;
use IPC::SysV qw();
my ($key, $count) = @ARGV;
my $segment = IPC::SharedMem->new($key, 4 << 20, 0600) or die;
my $set = IPC::Semaphore->new($key, 1, 0600) or die;
my $queue = IPC::Msg->new($key, 0600) or die;
$segment->attach or die;
if ($count eq "lock") {
    $set->op(0, -1, 0);
    syswrite STDOUT, "locked\n";
    sleep 1000;
}
for (1 .. $count) {
    $set->op(0, -1, 0) or die;
    $segment->write(pack("N", unpack("N", $segment->read(0, 4)) + 1), 0, 4);
    $set->op(0, 1, 0) or die;
    $queue->snd(1, "x" x 400) or die;
}
