// Wires source → sampler → screen or output.
int main(void)
{
    return 0;
}
