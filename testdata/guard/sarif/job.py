import subprocess
import pickle


def run(command):
    return subprocess.call(command, shell=True)


def load(path):
    with open(path, "rb") as file:
        return pickle.load(file)


def again(command):
    return subprocess.call(command, shell=True)


def quiet(command):
    return subprocess.call(command, shell=True)  # nosec
