"""Errors of ssh: its configuration, logins, hosts, jobs and tunnels, by code."""

from collections.abc import Mapping

from alpkey.core.messages.description import Description

ERRORS: Mapping[str, Description] = {
    "config-no-file": Description(
        "{path} is no regular file",
        "Alpkey changes only files, and asks ssh nothing before. Nothing was changed.",
        "Put a plain file there, or a link to one.",
    ),
    "config-foreign": Description(
        "{path} belongs to another user",
        "Alpkey changes only what is yours. Nothing was changed.",
        "Have its owner add, at its top, the line that 'alpkey config show' prints.",
    ),
    "config-refused": Description(
        "ssh itself refuses {path}",
        'It says: "{reason}". Nothing was changed.',
        "Fix this line; ssh cannot be used until then.",
    ),
    "config-hangs": Description(
        "ssh does not come to an end of {path}",
        "It was asked what it would do, and gave no answer for {seconds} seconds. "
        "Nothing was changed.",
        "Look for a 'Match exec' line whose command hangs, an included file that is a pipe, or "
        "CanonicalizeHostname while no name server answers.",
    ),
    "config-changed": Description(
        "{path} was changed meanwhile",
        "Another program wrote it while Alpkey was at work. Its change was left as it is.",
        "Try again.",
    ),
    "config-unproven": Description(
        "The Include line in {path} does not work",
        "For {host}, ssh takes another {keyword} than was planned. {outcome}",
        "Run: alpkey config apply; if it stays so, show this to Alpkey's maintainers.",
    ),
    "config-question": Description(
        "Alpkey needs your consent to change your ssh configuration",
        "Nothing was changed.",
        "Agree with --yes.",
    ),
    "login-failed": Description("{title}", "{detail}", "{next_step}"),
    "login-odd": Description(
        "The login to {host} does not work",
        'ssh says: "{said}"',
        "See what the doctor finds: alpkey doctor",
    ),
    "connection-stuck": Description(
        "The shared connection {name} does not end",
        "Its ssh does not answer.",
        "End that ssh yourself; its socket has this name.",
    ),
    "no-batch-system": Description(
        "{name} knows no jobs",
        "The program {program} is not there.",
        "Ask a cluster where your jobs run, such as daint.",
    ),
    "batch-system-trouble": Description(
        "The batch system of {name} does not answer as it should",
        'It says: "{said}"',
        "Try again in a few minutes; the cluster may be under maintenance.",
    ),
    "job-unknown": Description(
        "You have no job {job} on {name}",
        "It may have ended already. Nothing was changed.",
        "See your jobs with: alpkey jobs {name}",
    ),
    "job-refused": Description(
        "{name} did not take the job",
        "Slurm says: {said}",
        "Correct the script and launch it again.",
    ),
    "job-over": Description(
        "The job {job} on {name} is over",
        "Its state is {state}, and there is no page to open.",
        "Read its output on {name}; by default it is slurm-{job}.out.",
    ),
    "launch-left": Description(
        "Cancelled",
        "The job {job} on {name} was submitted and goes on.",
        "End it with: alpkey jobs cancel {name} {job}",
    ),
    "job-waits": Description(
        "The job {job} on {name} is not running",
        "Slurm says {state}. A node lets you in while a job of yours runs on it.",
        "See when it starts with: alpkey jobs {name}",
    ),
    "no-job-there": Description(
        "No job of yours runs on {node}",
        "A node lets you in while a job of yours runs on it; it may have ended.",
        "See your jobs with: alpkey jobs {name}",
    ),
    "job-question": Description(
        "A job that is ended cannot be taken up again",
        "To be ended: {path}.",
        "Agree with --yes.",
    ),
    "node-unfit": Description(
        "{node} is no node's name",
        "The nodes here are called like {pattern}. Nothing was opened.",
        "See the nodes of your jobs with: alpkey jobs CLUSTER",
    ),
    "node-unknown": Description(
        "{name} knows no node {node}",
        'It says: "{said}"',
        "See the nodes of your jobs with: alpkey jobs {name}",
    ),
    "node-closed": Description(
        "{node} does not let you in",
        "You have no job running there, and a node admits only users who have one.",
        "See your jobs and their nodes with: alpkey jobs {name}",
    ),
    "node-changed": Description(
        "{node} has another host key than before",
        "{offending} remembers the earlier one. A node that is reinstalled gets a new key.",
        "If you expect that, remove that line; else ask the support of the centre.",
    ),
    "node-unreachable": Description(
        "{node} cannot be reached from {name}",
        'ssh says: "{said}"',
        "See whether your job still runs there: alpkey jobs {name}",
    ),
    "port-busy": Description(
        "Port {port} of this computer is in use",
        "{holder} listens there.",
        "Name no port here (--local-port), and a free one is chosen; or end that program.",
    ),
    "port-tunnelled": Description(
        "Port {port} of this computer is in use",
        "The tunnel {id} begins there.",
        "Name no port here (--local-port), and a free one is chosen; or: alpkey tunnel close {id}",
    ),
    "port-reserved": Description(
        "Port {port} of this computer is reserved",
        "The system gives ports below 1024 to its administrator only.",
        "Name no port here (--local-port), and a free one is chosen.",
    ),
    "job-ended": Description(
        "The job on {node} has ended, and the tunnel with it",
        "A node admits only users who have a job on it.",
        "Start a new job; see it with: alpkey jobs {name}",
    ),
    "tunnel-died": Description(
        "The tunnel {id} ended without a word",
        "The program that watched over it is gone.",
        "Open it again.",
    ),
    "tunnel-unknown": Description(
        "There is no tunnel {id}", "There are: {known}.", "See: alpkey tunnel list"
    ),
    "tunnel-stuck": Description(
        "The tunnel {id} does not answer",
        "The program that watches over it runs, and does not close it.",
        "Try again; if it stays so, end the program 'alpkey tunnel open'.",
    ),
    "host-question": Description(
        "The key of a new host has to be verified",
        "{path}",
        "Compare it with what a colleague sees or the centre's support says. Agree with --yes.",
    ),
    "host-waiting": Description(
        "{name} is reached through {jump}, whose key is not accepted yet",
        "Nothing was changed.",
        "Accept both: alpkey hosts accept {jump} {name}",
    ),
    "host-unreachable": Description(
        "{name} does not show its key",
        "ssh says: {reason}",
        "Check the network and the key (alpkey status), and try again.",
    ),
    "host-key-changed": Description(
        "The key of {name} is another one than before",
        "It presents {fingerprint}, and {place} says otherwise. Either the host was reinstalled, "
        "or somebody stands between you and it. Nothing was changed.",
        "Do not log in before you know which: ask {support}. Only then remove the old line with "
        "ssh-keygen -R, and accept the new key.",
    ),
    "host-key-differs": Description(
        "{name} presented another key a moment later",
        "That is not the one that was shown. Nothing was changed.",
        "Try again; if it stays so, ask the centre's support before you log in.",
    ),
    "host-unproven": Description(
        "ssh still does not know the key of {name}",
        "It was put into {path}, but your ssh configuration seems to name another file.",
        "See UserKnownHostsFile in your ~/.ssh/config.",
    ),
    "disconnect-question": Description(
        "End every shared connection?",
        "Every session in them ends too, in whichever terminal it runs. Tunnels stay open.",
        "The next login opens a new one.",
    ),
    "ssh-missing": Description(
        "The program ssh was not found", "{reason}", "Install OpenSSH's client and try again."
    ),
}
