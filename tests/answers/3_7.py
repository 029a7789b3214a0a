# %% prelude
import torch
# %% wrong: gender alone
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    W_q, W_k = torch.zeros(d, 1 + n_genders), torch.zeros(d, 1 + n_genders)
    W_q[1, 0] = W_k[0, 0] = 100
    for g in range(n_genders):
        W_q[3 + g, 1 + g] = W_k[3 + g, 1 + g] = 100
    return W_q, W_k
# %% wrong: number alone
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    W_q, W_k = torch.zeros(d, 1 + n_numbers), torch.zeros(d, 1 + n_numbers)
    W_q[1, 0] = W_k[0, 0] = 100
    for n in range(n_numbers):
        W_q[3 + n_genders + n, 1 + n] = W_k[3 + n_genders + n, 1 + n] = 100
    return W_q, W_k
# %% wrong: kind of word not asked, so that it finds itself too
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    W_q, W_k = torch.zeros(d, d), torch.zeros(d, d)
    for i in range(3, d):
        W_q[i, i] = W_k[i, i] = 100
    return W_q, W_k
# %% wrong: too soft
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    W_q, W_k = torch.zeros(d, d), torch.zeros(d, d)
    W_q[1, 0] = W_k[0, 0] = 1
    for i in range(3, d):
        W_q[i, i] = W_k[i, i] = 1
    return W_q, W_k
# %% wrong: exchanged
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    W_q, W_k = torch.zeros(d, d), torch.zeros(d, d)
    W_q[0, 0] = W_k[1, 0] = 50
    for i in range(3, d):
        W_q[i, i] = W_k[i, i] = 50
    return W_q, W_k
# %% wrong: looks for an adjective
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    return 50 * torch.eye(d), 50 * torch.eye(d)
# %% wrong: two genders and two numbers typed in
def find_noun(n_genders, n_numbers):
    W_q, W_k = torch.zeros(7, 5), torch.zeros(7, 5)
    W_q[1, 0] = W_k[0, 0] = 50
    for i in range(4):
        W_q[3 + i, 1 + i] = W_k[3 + i, 1 + i] = 50
    return W_q, W_k
# %% wrong: any noun
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    W_q, W_k = torch.zeros(d, 1), torch.zeros(d, 1)
    W_q[1, 0] = W_k[0, 0] = 50
    return W_q, W_k
# %% wrong: minus, so that it avoids its noun
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    W_q, W_k = torch.zeros(d, d), torch.zeros(d, d)
    W_q[1, 0], W_k[0, 0] = -50, 50
    for i in range(3, d):
        W_q[i, i], W_k[i, i] = -50, 50
    return W_q, W_k
# %% wrong: all zeros
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    return torch.zeros(d, d), torch.zeros(d, d)
# %% wrong: only W_q is returned
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    W_q = torch.zeros(d, d)
    W_q[1, 0] = 50
    for i in range(3, d):
        W_q[i, i] = 50
    return W_q
# %% right: keys are the vectors themselves
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    W_q = torch.zeros(d, d)
    W_q[1, 0] = 200.0
    W_q[3:, 3:] = 200.0 * torch.eye(d - 3)
    return W_q, torch.eye(d)
