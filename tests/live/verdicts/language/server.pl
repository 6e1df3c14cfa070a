# A segment, a set and a queue by one key; numbers are taken from the queue for ever.
use strict;
use warnings;
use IPC::Msg;
use IPC::Semaphore;
use IPC::SharedMem;
use IPC::SysV qw(IPC_CREAT);
my $key = shift;
my $segment = IPC::SharedMem->new($key, 4 << 20, IPC_CREAT | 0600) or die;
my $set = IPC::Semaphore->new($key, 1, IPC_CREAT | 0600) or die;
my $queue = IPC::Msg->new($key, IPC_CREAT | 0600) or die;
$segment->attach or die;
$set->setval(0, 1);
$segment->write(pack("N", 0), 0, 4);
my $message;
while (defined $queue->rcv($message, 4096)) { }
exit 1;
